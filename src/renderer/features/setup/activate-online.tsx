import { Button } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useClient } from '../../lib/window-context.tsx';
import { keyError } from './key-error.ts';
import { KeyField } from './key-field.tsx';
import { ConnectionNote, PortalLine } from './setup-notes.tsx';
import classes from './standalone.module.css';
import type { StandaloneStep } from './standalone.tsx';
import frame from './step-frame.module.css';
import { WayBack } from './step-frame.tsx';
import { useStep } from './use-step.ts';

export function ActivateOnline({ setup }: { setup: StandaloneStep }) {
  const { t } = useTranslation();
  const client = useClient();
  const step = useStep<'key'>(setup);
  const [key, setKey] = useState('');

  if (setup.portal === null)
    return (
      <div className={classes.form}>
        <p>{t('standalone.online.noPortal')}</p>
        <div className={frame.buttons}>
          <WayBack disabled={step.busy} />
        </div>
      </div>
    );

  return (
    <form
      noValidate
      className={classes.form}
      aria-label={t('standalone.online.tab')}
      onSubmit={(event) => {
        event.preventDefault();
        void step.send(keyError(key, t), () => client.setup.activate({ key: key.trim() }));
      }}
    >
      <PortalLine portal={setup.portal} />
      <ConnectionNote />
      <KeyField
        value={key}
        error={step.errors.key}
        onChange={(next) => {
          step.edited();
          setKey(next);
        }}
      />
      {step.trouble !== null && <TroubleView trouble={step.trouble} live />}
      <div className={frame.buttons}>
        <WayBack disabled={step.busy} />
        <Button type="submit" variant="filled" size="md" loading={step.busy} className={frame.submit}>
          {t('standalone.online.submit')}
        </Button>
      </div>
    </form>
  );
}
