import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetupStep } from '../../../contract/client/state.ts';
import { useClient } from '../../lib/window-context.tsx';
import { AddressField } from './address-field.tsx';
import { WaitingPrograms } from './setup-notes.tsx';
import { StepFrame } from './step-frame.tsx';
import { useStep } from './use-step.ts';

export function PortalAddress({ setup }: { setup: Extract<SetupStep, { step: 'portal-address' }> }) {
  const { t } = useTranslation();
  const client = useClient();
  const step = useStep<'address'>(setup);
  const [address, setAddress] = useState(setup.address);

  return (
    <StepFrame
      before={<WaitingPrograms />}
      title={t('setup.portal.heading')}
      lead={t('setup.portal.lead')}
      trouble={step.trouble}
      submit={t('common.continue')}
      busy={step.busy}
      onSubmit={() =>
        void step.send(address.trim() === '' ? { address: t('setup.portal.missing') } : {}, () =>
          client.setup.setPortal({ address: address.trim() }),
        )
      }
    >
      <AddressField
        value={address}
        error={step.errors.address}
        fixed={setup.fixed}
        onChange={(next) => {
          step.edited();
          setAddress(next);
        }}
      />
    </StepFrame>
  );
}
