import { IconShieldCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Download } from '../../../contract/client/state.ts';
import { TroubleView } from '../../components/trouble-view.tsx';
import type { Trouble } from '../../lib/problem.ts';
import { DownloadProgress } from './download-progress.tsx';
import classes from './programs-page.module.css';

/** Below the release: how far it is, what was checked and where the file lies, or why it failed. What the snapshot tells is not said twice. */
export function DownloadStatus({
  name,
  download,
  trouble,
}: {
  name: string;
  download: Download | undefined;
  trouble: Trouble | null;
}) {
  const { t } = useTranslation();
  return (
    <>
      {download !== undefined && (
        <div className={classes.status}>
          {(download.state === 'downloading' ||
            download.state === 'paused' ||
            download.state === 'verifying') && <DownloadProgress download={download} name={name} />}
          {download.state === 'ready' && (
            <>
              <p className={classes.verified}>
                <IconShieldCheck size={18} stroke={1.75} aria-hidden />
                {t('programs.verified')}
              </p>
              {download.path !== null && (
                <p className={classes.path}>
                  {t('programs.savedAs')} <span className={classes.file}>{download.path}</span>
                </p>
              )}
            </>
          )}
          {download.state === 'failed' && <TroubleView trouble={download.problem ?? { code: 'internal' }} />}
        </div>
      )}
      {trouble !== null && trouble.code !== download?.problem?.code && (
        <div className={classes.status}>
          <TroubleView trouble={trouble} live />
        </div>
      )}
    </>
  );
}
