import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { useFormat } from '../../lib/format-context.tsx';
import { useAction } from '../../lib/use-action.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import classes from './standalone.module.css';
import type { StandaloneStep } from './standalone.tsx';

/** What this device had in this mode before, and has: the way back to it. A refusal stands in the form below, as every one of the step. */
export function StoredLicenses({ setup }: { setup: StandaloneStep }) {
  const { t } = useTranslation();
  const client = useClient();
  const format = useFormat();
  const action = useAction();
  const isSignedIn = useAppState((state) => state.profile !== null);
  if (setup.stored.length === 0) return null;
  return (
    <section className={classes.stored} aria-labelledby="stored-licenses">
      <h2 id="stored-licenses" className={classes.stepTitle}>
        {t('standalone.stored.title')}
      </h2>
      <ul>
        {setup.stored.map(({ productName, expiresAt }) => (
          <li key={productName}>
            {expiresAt === null
              ? t('standalone.stored.perpetual', { product: productName })
              : t('standalone.stored.until', { product: productName, date: format.date(expiresAt) })}
          </li>
        ))}
      </ul>
      {isSignedIn && <p>{t('standalone.stored.endsSession')}</p>}
      <Button
        variant="filled"
        busy={action.busy || setup.busy}
        onClick={() => void action.run(() => client.setup.takeStored())}
      >
        {t('standalone.stored.use')}
      </Button>
    </section>
  );
}
