import { ActionIcon, Button } from '@mantine/core';
import {
  IconDownload,
  IconFolder,
  IconPlayerPause,
  IconPlayerPlay,
  IconShieldCheck,
  IconX,
} from '@tabler/icons-react';
import { type ReactNode, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { Download } from '../../../contract/client/state.ts';
import type { Release } from '../../../contract/portal/licenses.ts';
import { useToast } from '../../components/toasts.tsx';
import { useAnnounce } from '../../lib/announcer.tsx';
import { may } from '../../lib/pages.ts';
import { toTrouble } from '../../lib/problem.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { DownloadProgress } from './download-progress.tsx';
import classes from './programs-page.module.css';

/** Where one release's download stands, and what can be done with it. */
export function DownloadAction({ release, download }: { release: Release; download: Download | undefined }) {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const profile = useAppState((state) => state.profile);
  const name = `${release.productName} ${release.version}`;
  const ask = { releaseId: release.id };
  useOutcome(download?.state, name);

  const run = (call: () => Promise<unknown>) => () =>
    void call().catch((error: unknown) => toast.trouble(toTrouble(error)));
  const start = run(() => client.programs.download(ask));
  const cancel = (
    <Icon label={t('programs.cancelOf', { name })} onClick={run(() => client.programs.cancel(ask))}>
      <IconX size={18} stroke={1.75} aria-hidden />
    </Icon>
  );

  switch (download?.state) {
    case undefined:
      if (profile !== null && !may({ profile }, 'software:download')) return <div />;
      return (
        <div className={classes.action}>
          <Button
            leftSection={<IconDownload size={16} stroke={1.75} aria-hidden />}
            aria-label={t('programs.downloadOf', { name })}
            onClick={start}
          >
            {t('programs.download')}
          </Button>
        </div>
      );
    case 'downloading':
      return (
        <div className={classes.action}>
          <DownloadProgress download={download} name={name} />
          <Icon label={t('programs.pauseOf', { name })} onClick={run(() => client.programs.pause(ask))}>
            <IconPlayerPause size={18} stroke={1.75} aria-hidden />
          </Icon>
          {cancel}
        </div>
      );
    case 'paused':
      return (
        <div className={classes.action}>
          <DownloadProgress download={download} name={name} />
          <Icon label={t('programs.resumeOf', { name })} onClick={run(() => client.programs.resume(ask))}>
            <IconPlayerPlay size={18} stroke={1.75} aria-hidden />
          </Icon>
          {cancel}
        </div>
      );
    case 'verifying':
      return (
        <div className={classes.action}>
          <DownloadProgress download={download} name={name} />
        </div>
      );
    case 'failed':
      return (
        <div className={classes.action}>
          <Button aria-label={t('programs.retryOf', { name })} onClick={start}>
            {t('programs.retry')}
          </Button>
          {cancel}
        </div>
      );
    case 'ready':
      return (
        <div className={classes.action}>
          <span className={classes.verified}>
            <IconShieldCheck size={18} stroke={1.75} aria-hidden />
            {t('programs.verified')}
          </span>
          <Icon label={t('programs.showOf', { name })} onClick={run(() => client.programs.showInFolder(ask))}>
            <IconFolder size={18} stroke={1.75} aria-hidden />
          </Icon>
          <Button
            variant="filled"
            aria-label={t('programs.openOf', { name })}
            onClick={run(() => client.programs.open(ask))}
          >
            {t('programs.open')}
          </Button>
        </div>
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

/** A download ends while the person does something else: say how. */
function useOutcome(state: Download['state'] | undefined, name: string): void {
  const { t } = useTranslation();
  const announce = useAnnounce();
  const before = useRef(state);
  useEffect(() => {
    if (before.current === state) return;
    before.current = state;
    if (state === 'ready') announce(t('programs.readyOf', { name }));
    if (state === 'failed') announce(t('programs.failedOf', { name }));
  }, [state, name, announce, t]);
}
