import { useState } from 'react';
import type { SetupStep } from '../../../contract/client/state.ts';
import { WaitingPrograms } from '../setup/setup-notes.tsx';
import { useViews } from '../setup/use-views.ts';
import { AskForLink } from './ask-for-link.tsx';
import { LinkSent } from './link-sent.tsx';
import { PasswordForm } from './password-form.tsx';

export type SignInStep = Extract<SetupStep, { step: 'sign-in' }>;

/** Sign in, and the forgotten or first password in the same place (A3, A4, A17, A18, A20). */
export function SignIn({ setup: step }: { setup: SignInStep }) {
  const { view, setup, turnTo } = useViews<'password' | 'ask' | 'sent', SignInStep>(step, 'password');
  const [email, setEmail] = useState(step.email);
  const shared = { setup, email, onEmail: setEmail };
  return (
    <>
      <WaitingPrograms />
      {view === 'password' && <PasswordForm {...shared} onForgot={() => turnTo('ask')} />}
      {view === 'ask' && (
        <AskForLink {...shared} onSent={() => turnTo('sent')} onBack={() => turnTo('password')} />
      )}
      {view === 'sent' && (
        <LinkSent email={email} onAgain={() => turnTo('ask')} onBack={() => turnTo('password')} />
      )}
    </>
  );
}
