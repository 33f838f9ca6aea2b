import { useTranslation } from 'react-i18next';
import type { LicenseView } from '../../../contract/client/state.ts';
import { programName } from '../../lib/program-name.ts';
import { useNow } from '../../lib/use-now.ts';
import { useUntil } from '../../lib/use-until.ts';
import { useAppState } from '../../lib/window-context.tsx';
import classes from './license-card.module.css';

/** Programs that use the license now, or wait for it. */
export function UseList({ view }: { view: Pick<LicenseView, 'programs'> }) {
  const uses = view.programs;
  const { t } = useTranslation();
  const moment = useUntil();
  const now = useNow(30_000);
  const licenses = useAppState((state) => state.licenses);
  return (
    <div className={classes.uses}>
      <h3 className={classes.usesTitle}>{t('license.uses.title')}</h3>
      {uses.length === 0 ? (
        <p className={classes.none}>{t('license.uses.none')}</p>
      ) : (
        <ul>
          {uses.map((use) => (
            <li key={use.id} className={classes.use}>
              <span className={classes.pulse} data-state={use.state} aria-hidden />
              <span>
                {programName(use.program, { licenses })} {use.version}
              </span>
              <span className={classes.since}>
                {use.state === 'waiting'
                  ? t('license.uses.waiting')
                  : t('license.uses.since', { time: moment(use.since, now) })}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
