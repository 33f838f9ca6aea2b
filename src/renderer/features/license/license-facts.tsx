import { useTranslation } from 'react-i18next';
import type { LicenseView } from '../../../contract/client/state.ts';
import { useFormat } from '../../lib/format-context.tsx';
import { useNow } from '../../lib/use-now.ts';
import { useAppState } from '../../lib/window-context.tsx';
import classes from './license-card.module.css';

export function LicenseFacts({ view }: { view: LicenseView }) {
  const { t } = useTranslation();
  const format = useFormat();
  const now = useNow(30_000);
  const signedIn = useAppState((state) => state.profile !== null);
  const facts: [key: string, term: string, value: string][] = [];
  // Leases and passes end often and renew themselves: their end is told by `until`.
  if (view.kind === 'license') {
    const isOver = view.expiresAt !== null && Date.parse(view.expiresAt) <= now;
    facts.push([
      'expires',
      t(isOver ? 'license.fact.expired' : 'license.fact.expires'),
      view.expiresAt === null ? t('license.fact.never') : format.date(view.expiresAt),
    ]);
  }
  if (view.kind === 'borrow' && view.expiresAt !== null)
    facts.push(['until', t('license.fact.borrowedUntil'), format.dateTime(view.expiresAt)]);
  else if (view.until !== null && view.kind !== 'license')
    facts.push(['until', t('license.fact.until'), format.moment(view.until, now)]);
  if (view.kind !== null)
    facts.push([
      'seat',
      t('license.fact.seat'),
      view.kind === 'license' || view.seatKind === null
        ? t('license.fact.device')
        : t(`license.fact.${view.seatKind}`),
    ]);
  if (view.holder !== null) facts.push(['holder', t('license.fact.holder'), view.holder]);
  // Signed in, the company stands at the side.
  if (!signedIn) facts.push(['company', t('license.fact.company'), view.accountName]);
  if (view.renewedAt !== null && view.kind !== 'license')
    facts.push(['renewed', t('license.fact.renewed'), format.relative(view.renewedAt, now)]);

  return (
    <dl className={classes.facts}>
      {facts.map(([key, term, value]) => (
        <div key={key}>
          <dt className={classes.term}>{term}</dt>
          <dd className={classes.value}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
