import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import type { Trouble } from '../../lib/problem.ts';
import { useClient } from '../../lib/window-context.tsx';
import { AddressField } from './address-field.tsx';
import { keyError } from './key-error.ts';
import { KeyField } from './key-field.tsx';
import { ConnectionNote, PortalLine } from './setup-notes.tsx';
import classes from './standalone.module.css';
import type { StandaloneStep, WayProps } from './standalone.tsx';
import { useStartOfView } from './start-of-step.tsx';
import frame from './step-frame.module.css';
import { WayBack } from './step-frame.tsx';
import { StepTrouble } from './step-trouble.tsx';
import { useStep } from './use-step.ts';

/** With network: the portal that sold it, once, and the key. */
export function ActivateOnline(way: WayProps) {
  const { portal } = way.setup;
  return portal === null ? <PortalFirst setup={way.setup} /> : <ActivateAt {...way} portal={portal} />;
}

function PortalFirst({ setup }: { setup: StandaloneStep }) {
  const { t } = useTranslation();
  const client = useClient();
  const step = useStep<'address'>(setup);
  const [address, setAddress] = useState('');
  return (
    <ActivationForm
      busy={step.busy}
      trouble={step.trouble}
      submit={t('common.continue')}
      onSubmit={() =>
        void step.send(address.trim() === '' ? { address: t('setup.portal.missing') } : {}, () =>
          client.setup.setPortal({ address: address.trim() }),
        )
      }
    >
      <p>{t('standalone.online.noPortal')}</p>
      <AddressField
        value={address}
        error={step.errors.address}
        onChange={(next) => {
          step.edited();
          setAddress(next);
        }}
      />
    </ActivationForm>
  );
}

function ActivateAt({ setup, portal, typed, onTyped }: WayProps & { portal: string }) {
  const { t } = useTranslation();
  const client = useClient();
  const step = useStep<'key'>(setup);
  useStartOfView();
  return (
    <ActivationForm
      busy={step.busy}
      trouble={step.trouble}
      submit={t('standalone.online.submit')}
      onSubmit={() => void step.send(keyError(typed, t), () => client.setup.activate({ key: typed.trim() }))}
    >
      <PortalLine portal={portal} />
      <KeyField
        value={typed}
        error={step.errors.key}
        onChange={(next) => {
          step.edited();
          onTyped(next);
        }}
      />
    </ActivationForm>
  );
}

function ActivationForm({
  busy,
  trouble,
  submit,
  onSubmit,
  children,
}: {
  busy: boolean;
  trouble: Trouble | null;
  submit: string;
  onSubmit: () => void;
  children: ReactNode;
}) {
  const { t } = useTranslation();
  return (
    <>
      <ConnectionNote />
      <form
        noValidate
        className={classes.form}
        aria-label={t('standalone.online.tab')}
        onSubmit={(event) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        {trouble !== null && <StepTrouble trouble={trouble} />}
        <div className={frame.buttons}>
          <WayBack disabled={busy} />
          <Button type="submit" variant="filled" size="md" busy={busy} className={frame.submit}>
            {submit}
          </Button>
        </div>
      </form>
    </>
  );
}
