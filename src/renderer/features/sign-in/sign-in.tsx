import { useState } from 'react';
import type { SetupStep } from '../../../contract/client/state.ts';
import { WaitingPrograms } from '../setup/setup-notes.tsx';
import { AskForLink } from './ask-for-link.tsx';
import { LinkSent } from './link-sent.tsx';
import { PasswordForm } from './password-form.tsx';

export type SignInStep = Extract<SetupStep, { step: 'sign-in' }>;

/** Sign in, and the forgotten or first password in the same place (A3, A4, A17, A18, A20). */
export function SignIn({ setup }: { setup: SignInStep }) {
  const [view, setView] = useState<'password' | 'ask' | 'sent'>('password');
  const [email, setEmail] = useState(setup.email);
  const shared = { setup, email, onEmail: setEmail };
  return (
    <>
      <WaitingPrograms />
      {view === 'password' && <PasswordForm {...shared} onForgot={() => setView('ask')} />}
      {view === 'ask' && (
        <AskForLink {...shared} onSent={() => setView('sent')} onBack={() => setView('password')} />
      )}
      {view === 'sent' && (
        <LinkSent email={email} onAgain={() => setView('ask')} onBack={() => setView('password')} />
      )}
    </>
  );
}
