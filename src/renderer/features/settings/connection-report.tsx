import { useTranslation } from 'react-i18next';
import type { Diagnosis, NetworkReport } from '../../../contract/client/diagnosis.ts';
import { StateChip } from '../../components/state-chip.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import classes from './settings-page.module.css';

/** Seconds by which clocks may differ before it is worth a word: the portal takes proofs within 60 s (portal/auth, proofWindow). */
const sameTime = 60;

/** Whether the portal answered, and what the requests met on their way. */
export function ConnectionReport({ found }: { found: Diagnosis }) {
  const { t } = useTranslation();
  const { portal, network } = found;
  if (portal === null) return <p className={classes.report}>{t('diagnosis.noPortal')}</p>;
  return (
    <div className={classes.report}>
      {portal.problem === null ? (
        <StateChip tone="ok">{t('diagnosis.reached')}</StateChip>
      ) : (
        <TroubleView trouble={portal.problem} />
      )}
      <dl className={classes.pairs}>
        <div>
          <dt>{t('settings.portal.label')}</dt>
          <dd>{portal.address}</dd>
        </div>
        {network !== null && <Route network={network} />}
        <Clock clock={found.clock} />
      </dl>
    </div>
  );
}

function Route({
  network: { proxy, extraCaFile, certificates, trusted, distrust },
}: {
  network: NetworkReport;
}) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      <div>
        <dt>{t('settings.proxy.label')}</dt>
        <dd>
          {proxy === null
            ? t('settings.none')
            : t(`diagnosis.proxyFrom.${proxy.source}`, { address: proxy.address })}
        </dd>
      </div>
      {extraCaFile !== null && (
        <div>
          <dt>{t('settings.extraCaFile.label')}</dt>
          <dd>{extraCaFile}</dd>
        </div>
      )}
      {trusted !== null && (
        <div>
          <dt>{t('diagnosis.trust')}</dt>
          <dd>
            {trusted
              ? t('diagnosis.trusted')
              : t('diagnosis.distrusted', { reason: distrust ?? t('diagnosis.unknown') })}
          </dd>
        </div>
      )}
      {certificates.length > 0 && (
        <div>
          <dt>{t('diagnosis.certificates')}</dt>
          {certificates.map((certificate) => (
            <dd key={certificate.fingerprint}>
              {t('diagnosis.certificate', {
                subject: certificate.subject,
                issuer: certificate.issuer,
                until: format.date(certificate.validTo),
              })}
            </dd>
          ))}
        </div>
      )}
    </>
  );
}

function Clock({ clock: { verdict, portalOffset } }: { clock: Diagnosis['clock'] }) {
  const { t } = useTranslation();
  const format = useFormat();
  const away = Math.abs(portalOffset ?? 0);
  return (
    <div>
      <dt>{t('diagnosis.clock')}</dt>
      <dd>
        {verdict === 'suspect'
          ? t('diagnosis.clockSuspect')
          : portalOffset === null
            ? t('diagnosis.unknown')
            : away < sameTime
              ? t('diagnosis.clockSame')
              : t('diagnosis.clockAway', { away: format.duration(away) })}
      </dd>
    </div>
  );
}
