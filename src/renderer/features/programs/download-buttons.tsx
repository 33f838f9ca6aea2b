import { ActionIcon } from '@mantine/core';
import {
  IconDownload,
  IconFolder,
  IconPlayerPause,
  IconPlayerPlay,
  IconRefresh,
  IconTrash,
  IconX,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Download } from '../../../contract/client/state.ts';
import { Button } from '../../components/button.tsx';
import { useAppState } from '../../lib/window-context.tsx';
import { nextStepOf } from './next-step.ts';
import type { DownloadControl } from './use-download.ts';

/** The shell has the system's way to open files and folders; a browser has not. */
export function useMayOpen(): boolean {
  return useAppState((state) => state.client.shell === 'electron');
}

/** What can be done now, the most likely thing as the button that stands out. */
export function DownloadButtons({
  name,
  download,
  control,
  main,
  mayDownload,
}: {
  name: string;
  download: Download | undefined;
  control: DownloadControl;
  /** This is the release that most people want: its button is filled. */
  main: boolean;
  mayDownload: boolean;
}) {
  const { t } = useTranslation();
  const mayOpen = useMayOpen();
  const cancel = (
    <Icon label={t('programs.cancelOf', { name })} onClick={control.cancel}>
      <IconX size={18} stroke={1.75} aria-hidden />
    </Icon>
  );

  switch (download?.state) {
    case undefined:
      if (!mayDownload) return null;
      return (
        <Button
          variant={main ? 'filled' : 'default'}
          leftSection={<IconDownload size={16} stroke={1.75} aria-hidden />}
          aria-label={t('programs.downloadOf', { name })}
          onClick={control.start}
        >
          {t('programs.download')}
        </Button>
      );
    case 'downloading':
      return (
        <>
          <Button
            leftSection={<IconPlayerPause size={16} stroke={1.75} aria-hidden />}
            aria-label={t('programs.pauseOf', { name })}
            onClick={control.pause}
          >
            {t('programs.pause')}
          </Button>
          {cancel}
        </>
      );
    case 'paused':
      return (
        <>
          <Button
            leftSection={<IconPlayerPlay size={16} stroke={1.75} aria-hidden />}
            aria-label={t('programs.resumeOf', { name })}
            onClick={control.resume}
          >
            {t('programs.resume')}
          </Button>
          {cancel}
        </>
      );
    case 'verifying':
      return null;
    case 'failed':
      return <AfterFailure name={name} download={download} control={control} />;
    case 'ready':
      return (
        <>
          {mayOpen && (
            <>
              <Button variant="filled" aria-label={t('programs.openOf', { name })} onClick={control.open}>
                {t('programs.open')}
              </Button>
              <Icon label={t('programs.showOf', { name })} onClick={control.showInFolder}>
                <IconFolder size={18} stroke={1.75} aria-hidden />
              </Icon>
            </>
          )}
          <Icon label={t('programs.forgetOf', { name })} onClick={control.cancel}>
            <IconX size={18} stroke={1.75} aria-hidden />
          </Icon>
        </>
      );
  }
}

function AfterFailure({
  name,
  download,
  control,
}: {
  name: string;
  download: Download;
  control: DownloadControl;
}) {
  const { t } = useTranslation();
  const mayOpen = useMayOpen();
  const discard = (
    <Button
      leftSection={<IconTrash size={16} stroke={1.75} aria-hidden />}
      aria-label={t('programs.discardOf', { name })}
      onClick={control.cancel}
    >
      {t('programs.discard')}
    </Button>
  );
  switch (nextStepOf(download.problem?.code)) {
    case 'discard':
      return discard;
    case 'folder':
      return mayOpen ? (
        <>
          <Button
            leftSection={<IconFolder size={16} stroke={1.75} aria-hidden />}
            aria-label={t('programs.showOf', { name })}
            onClick={control.showInFolder}
          >
            {t('programs.show')}
          </Button>
          {discard}
        </>
      ) : (
        discard
      );
    case 'again':
      return (
        <>
          <Button
            leftSection={<IconRefresh size={16} stroke={1.75} aria-hidden />}
            aria-label={t('programs.retryOf', { name })}
            onClick={control.resume}
          >
            {t('programs.retry')}
          </Button>
          {discard}
        </>
      );
    case 'resume':
      return (
        <>
          <Button
            leftSection={<IconPlayerPlay size={16} stroke={1.75} aria-hidden />}
            aria-label={t('programs.resumeOf', { name })}
            onClick={control.resume}
          >
            {t('programs.resume')}
          </Button>
          {discard}
        </>
      );
  }
}

function Icon({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <ActionIcon size="lg" aria-label={label} title={label} onClick={onClick}>
      {children}
    </ActionIcon>
  );
}
