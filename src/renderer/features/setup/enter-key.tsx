import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { SetupStep } from '../../../contract/client/state.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { keyError } from './key-error.ts';
import { KeyField } from './key-field.tsx';
import { ConnectionNote, PortalLine, WaitingPrograms } from './setup-notes.tsx';
import { StepFrame } from './step-frame.tsx';
import { useStep } from './use-step.ts';

export function EnterKey({ setup }: { setup: Extract<SetupStep, { step: 'enter-key' }> }) {
  const { t } = useTranslation();
  const client = useClient();
  const step = useStep<'key'>(setup);
  // What is said above of a machine without a keychain is that it will be asked for again.
  const isKept = useAppState(({ keychain }) => keychain.backend !== 'memory');
  const [key, setKey] = useState('');

  return (
    <StepFrame
      before={<WaitingPrograms />}
      title={t('setup.key.heading')}
      lead={
        <>
          {isKept && <p>{t('setup.key.lead')}</p>}
          <PortalLine portal={setup.portal} />
        </>
      }
      note={<ConnectionNote />}
      trouble={step.trouble}
      submit={t('setup.key.submit')}
      busy={step.busy}
      onSubmit={() => void step.send(keyError(key, t), () => client.setup.enterKey({ key: key.trim() }))}
    >
      <KeyField
        value={key}
        error={step.errors.key}
        onChange={(next) => {
          step.edited();
          setKey(next);
        }}
      />
    </StepFrame>
  );
}
