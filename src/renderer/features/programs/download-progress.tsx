import { useTranslation } from 'react-i18next';
import type { Download } from '../../../contract/client/state.ts';
import { useTroubleText } from '../../components/trouble-view.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import classes from './programs-page.module.css';

/** How much has come, how fast, how long still. */
export function DownloadProgress({ download, name }: { download: Download; name: string }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { state, received, size, rate, problem } = download;
  const share = size === 0 ? 0 : Math.min(1, received / size);
  const amount = t('programs.amount', { received: format.bytes(received), size: format.bytes(size) });
  const lost = useTroubleText(problem?.code ?? 'network-offline').title;
  const waits = state === 'downloading' && problem !== null;
  const pace =
    state === 'paused'
      ? t('programs.paused')
      : state === 'verifying'
        ? t('programs.verifying')
        : waits
          ? t('programs.waits')
          : rate > 0
            ? t('programs.pace', { rate: format.rate(rate), left: format.duration((size - received) / rate) })
            : t('programs.starting');
  return (
    <div className={classes.progress} data-waits={waits || undefined}>
      <progress
        className={classes.bar}
        data-state={waits ? 'paused' : state}
        aria-label={t('programs.progressOf', { name })}
        aria-valuetext={`${format.percent(share)}, ${pace}`}
        max={1}
        value={share}
      />
      <p className={classes.counts}>
        <span>
          {format.percent(share)} · {amount}
        </span>
        <span>{waits ? `${lost}. ${pace}` : pace}</span>
      </p>
    </div>
  );
}
