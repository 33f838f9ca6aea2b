import type { SetupStep } from '../../../contract/client/state.ts';
import { Themed } from '../../components/themed.tsx';
import { ChooseAccount } from '../sign-in/choose-account.tsx';
import { SignIn } from '../sign-in/sign-in.tsx';
import { EnterKey } from './enter-key.tsx';
import { PortalAddress } from './portal-address.tsx';
import { Standalone } from './standalone.tsx';

export type LaterStep = Exclude<SetupStep, { step: 'choose-mode' | 'done' }>;

/** Every step after the choice of the way in: they have fields, which the first screen does not wait for. */
export default function LaterSteps({ setup }: { setup: LaterStep }) {
  return (
    <Themed>
      <Step setup={setup} />
    </Themed>
  );
}

function Step({ setup }: { setup: LaterStep }) {
  switch (setup.step) {
    case 'portal-address':
      return <PortalAddress setup={setup} />;
    case 'sign-in':
      return <SignIn setup={setup} />;
    case 'choose-account':
      return <ChooseAccount setup={setup} />;
    case 'enter-key':
      return <EnterKey setup={setup} />;
    case 'standalone':
      return <Standalone setup={setup} />;
  }
}
