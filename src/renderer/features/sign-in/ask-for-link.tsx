import { TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { useClient } from '../../lib/window-context.tsx';
import { ConnectionNote } from '../setup/setup-notes.tsx';
import { BackButton } from '../setup/step-frame.tsx';
import { StepTrouble } from '../setup/step-trouble.tsx';
import { useStep } from '../setup/use-step.ts';
import { emailError } from './email-error.ts';
import classes from './sign-in.module.css';
import type { SignInStep } from './sign-in.tsx';
import { SubView } from './sub-view.tsx';

/** A4, A18: the first password and a forgotten one are asked for in the same way. */
export function AskForLink({
  setup,
  email,
  onEmail,
  onSent,
  onBack,
}: {
  setup: SignInStep;
  email: string;
  onEmail: (email: string) => void;
  onSent: () => void;
  onBack: () => void;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const step = useStep<'email'>(setup);

  async function ask() {
    const wrong = emailError(email, t);
    const sent = await step.send(wrong === null ? {} : { email: wrong }, () =>
      client.setup.requestPasswordLink({ email: email.trim() }),
    );
    if (sent === 'done') onSent();
  }

  return (
    <SubView title={t('signIn.link.heading')} focus="field">
      <p className={classes.lead}>{t('signIn.link.lead')}</p>
      <ConnectionNote />
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          void ask();
        }}
      >
        <TextInput
          name="email"
          type="email"
          size="md"
          autoComplete="username"
          spellCheck={false}
          maxLength={254}
          label={t('signIn.link.email')}
          value={email}
          error={step.errors.email}
          onChange={(event) => {
            step.edited();
            onEmail(event.currentTarget.value);
          }}
        />
        {step.trouble !== null && <StepTrouble trouble={step.trouble} />}
        <div className={classes.buttons}>
          <BackButton disabled={step.busy} onBack={onBack} />
          <Button type="submit" variant="filled" size="md" busy={step.busy}>
            {t('signIn.link.submit')}
          </Button>
        </div>
      </form>
    </SubView>
  );
}
