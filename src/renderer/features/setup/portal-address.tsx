import { TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetupStep } from '../../../contract/client/state.ts';
import { useClient } from '../../lib/window-context.tsx';
import { StepFrame } from './step-frame.tsx';
import { useStep } from './use-step.ts';

export function PortalAddress({ setup }: { setup: Extract<SetupStep, { step: 'portal-address' }> }) {
  const { t } = useTranslation();
  const client = useClient();
  const step = useStep<'address'>(setup);
  const [address, setAddress] = useState(setup.address);

  return (
    <StepFrame
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
      <TextInput
        name="address"
        type="url"
        inputMode="url"
        size="md"
        autoComplete="url"
        spellCheck={false}
        data-autofocus
        label={t('setup.portal.label')}
        description={setup.fixed ? t('settings.locked') : t('setup.portal.hint')}
        placeholder="https://"
        value={address}
        readOnly={setup.fixed}
        error={step.errors.address}
        onChange={(event) => {
          step.edited();
          setAddress(event.currentTarget.value);
        }}
      />
    </StepFrame>
  );
}
