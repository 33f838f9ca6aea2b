import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { useAction } from '../../lib/use-action.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import classes from './license-page.module.css';

/** From two weeks before the session ends by its age: signing in again in time keeps programs from noticing. */
export function SessionEnds() {
  const { t } = useTranslation();
  const format = useFormat();
  const client = useClient();
  const action = useAction();
  const endsAt = useAppState((state) => state.sessionEnds);
  if (endsAt === null) return null;
  return (
    <section className={classes.waiting} aria-label={t('license.sessionEnds.title')}>
      <p>{t('license.sessionEnds.text', { date: format.date(endsAt) })}</p>
      <Button
        size="sm"
        busy={action.busy}
        onClick={() => void action.run(() => client.setup.chooseMode({ mode: 'cloud-signin' }))}
      >
        {t('license.sessionEnds.again')}
      </Button>
      {action.trouble !== null && <TroubleView trouble={action.trouble} live />}
    </section>
  );
}
