import { PasswordInput, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { ConnectionNote, PortalLine } from '../setup/setup-notes.tsx';
import { useStartOfView } from '../setup/start-of-step.tsx';
import { StepFrame } from '../setup/step-frame.tsx';
import { useStep } from '../setup/use-step.ts';
import { emailError } from './email-error.ts';
import classes from './sign-in.module.css';
import type { SignInStep } from './sign-in.tsx';

export function PasswordForm({
  setup,
  email,
  onEmail,
  onForgot,
}: {
  setup: SignInStep;
  email: string;
  onEmail: (email: string) => void;
  onForgot: () => void;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const waiting = useAppState((state) => state.uses.some((use) => use.state === 'waiting'));
  const step = useStep<'email' | 'password'>(setup);
  const [password, setPassword] = useState('');
  useStartOfView();

  function check() {
    const wrongEmail = emailError(email, t);
    return {
      ...(wrongEmail === null ? {} : { email: wrongEmail }),
      ...(password === '' ? { password: t('signIn.passwordMissing') } : {}),
    };
  }

  async function signIn() {
    const result = await step.send(check(), () => client.setup.signIn({ email: email.trim(), password }));
    if (result === 'done') setPassword('');
    if (result === 'refused') document.getElementsByName('password')[0]?.focus();
  }

  return (
    <StepFrame
      title={t('signIn.heading')}
      lead={
        <>
          <p>{t('signIn.lead')}</p>
          <PortalLine portal={setup.portal} />
        </>
      }
      note={<ConnectionNote />}
      trouble={step.trouble}
      submit={t('signIn.submit')}
      busy={step.busy}
      onSubmit={() => void signIn()}
      after={
        waiting && (
          <div className={classes.leave}>
            <Button variant="subtle" onClick={() => void client.setup.cancelSignIn().catch(() => {})}>
              {t('signIn.cancel')}
            </Button>
            <p>{t('signIn.cancelConsequence')}</p>
          </div>
        )
      }
    >
      <TextInput
        name="email"
        type="email"
        size="md"
        autoComplete="username"
        spellCheck={false}
        maxLength={254}
        data-autofocus={setup.email === '' || undefined}
        label={t('signIn.email')}
        value={email}
        error={step.errors.email}
        onChange={(event) => {
          step.edited();
          onEmail(event.currentTarget.value);
        }}
      />
      <div>
        <PasswordInput
          name="password"
          size="md"
          autoComplete="current-password"
          maxLength={1024}
          data-autofocus={setup.email !== '' || undefined}
          label={t('signIn.password')}
          visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
          value={password}
          error={step.errors.password}
          onChange={(event) => {
            step.edited();
            setPassword(event.currentTarget.value);
          }}
        />
        <div className={classes.forgot}>
          <button type="button" className={classes.textButton} onClick={onForgot}>
            {t('signIn.forgot')}
          </button>
        </div>
      </div>
    </StepFrame>
  );
}
