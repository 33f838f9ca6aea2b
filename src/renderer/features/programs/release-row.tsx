import { useTranslation } from 'react-i18next';
import type { Download } from '../../../contract/client/state.ts';
import type { Release } from '../../../contract/portal/release.ts';
import { StateChip } from '../../components/state-chip.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { may } from '../../lib/pages.ts';
import { useAppState } from '../../lib/window-context.tsx';
import { DownloadButtons } from './download-buttons.tsx';
import { DownloadStatus } from './download-status.tsx';
import classes from './programs-page.module.css';
import { useDownload } from './use-download.ts';

/** One version of a program: its facts, its news, where its download stands and what can be done. */
export function ReleaseRow({ release, main }: { release: Release; main: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const download = useAppState((state) => state.downloads.find(({ releaseId }) => releaseId === release.id));
  const platform = useAppState((state) => state.client.platform);
  const foreign = release.platform !== platform;
  const system = t(`platform.${release.platform}`);
  const name = `${release.productName} ${release.version}${foreign ? ` (${system})` : ''}`;
  const control = useDownload(release.id, download?.state, name);
  // A key downloads without anybody signed in.
  const mayDownload = useAppState(
    (state) => state.settings.mode === 'cloud-key' || may(state, 'software:download'),
  );
  const facts = [format.date(release.publishedAt), format.bytes(release.size), ...(foreign ? [system] : [])];
  return (
    <li className={classes.release}>
      <div className={classes.words}>
        <p className={classes.version}>
          {t('programs.version', { version: release.version })}
          {release.channel === 'preview' && <StateChip tone="warn">{t('programs.preview')}</StateChip>}
        </p>
        <p className={classes.about}>{facts.join(' · ')}</p>
      </div>
      <div ref={control.place} className={classes.action} tabIndex={-1}>
        <DownloadButtons
          name={name}
          download={download}
          control={control}
          main={main}
          mayDownload={mayDownload}
        />
      </div>
      <DownloadStatus name={name} download={download} trouble={control.trouble} />
      {release.notes !== '' && (
        <details className={classes.notes}>
          <summary>
            {t('programs.notes')}
            <span className="visually-hidden"> {t('programs.notesOf', { name })}</span>
          </summary>
          <p>{release.notes}</p>
        </details>
      )}
    </li>
  );
}

/** A download whose release is not in the list. */
export function OrphanRow({ download }: { download: Download }) {
  const control = useDownload(download.releaseId, download.state, download.fileName);
  return (
    <li className={classes.release}>
      <p className={classes.version}>{download.fileName}</p>
      <div ref={control.place} className={classes.action} tabIndex={-1}>
        <DownloadButtons
          name={download.fileName}
          download={download}
          control={control}
          main={false}
          mayDownload={false}
        />
      </div>
      <DownloadStatus name={download.fileName} download={download} trouble={control.trouble} />
    </li>
  );
}
