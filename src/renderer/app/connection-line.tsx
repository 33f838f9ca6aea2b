import { useTranslation } from 'react-i18next';
import { useNow } from '../lib/use-now.ts';
import { useUntil } from '../lib/use-until.ts';
import { useAppState, useLink } from '../lib/window-context.tsx';
import classes from './sidebar.module.css';

/** Whether the portal can be reached, always in the same place. */
export function ConnectionLine() {
  const { t } = useTranslation();
  const moment = useUntil();
  const now = useNow(60_000);
  const { state, since } = useAppState((app) => app.connection);
  // What the last snapshot said of the portal is old news once the core itself is out of reach.
  const lost = useLink() !== 'connected';
  const text = lost
    ? t('link.short')
    : state === 'offline' && since !== null
      ? t('connection.offlineSince', { since: moment(since, now) })
      : t(`connection.${state}`);
  return (
    <p className={classes.line} data-state={lost ? 'offline' : state} role="status">
      <span className={classes.dot} aria-hidden />
      {text}
    </p>
  );
}
