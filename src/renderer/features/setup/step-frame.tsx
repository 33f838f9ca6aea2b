import { IconArrowLeft } from '@tabler/icons-react';
import { type ReactNode, type SubmitEvent, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import type { Trouble } from '../../lib/problem.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import { mayCancel, mayGoBack } from './setup-rules.ts';
import classes from './step-frame.module.css';
import { StepTrouble } from './step-trouble.tsx';

/** What every step has: a heading, a sentence, its form, its refusal, the ways on, back and out. */
export function StepFrame({
  title,
  lead,
  before,
  note,
  trouble,
  submit,
  busy,
  onSubmit,
  children,
  after,
}: {
  title: string;
  lead: ReactNode;
  /** Above the heading. */
  before?: ReactNode;
  /** Between the heading and the form. */
  note?: ReactNode;
  trouble: Trouble | null;
  submit: string;
  busy: boolean;
  onSubmit: () => void;
  children: ReactNode;
  /** Below the buttons. */
  after?: ReactNode;
}) {
  const headingId = useId();
  return (
    <>
      {before}
      <h1 className={classes.title} id={headingId} tabIndex={-1}>
        {title}
      </h1>
      <div className={classes.lead}>{lead}</div>
      {note}
      <form
        noValidate
        aria-labelledby={headingId}
        className={classes.form}
        onSubmit={(event: SubmitEvent) => {
          event.preventDefault();
          onSubmit();
        }}
      >
        {children}
        {trouble !== null && <StepTrouble trouble={trouble} />}
        <div className={classes.buttons}>
          <WayBack disabled={busy} />
          <Button type="submit" variant="filled" size="md" busy={busy} className={classes.submit}>
            {submit}
          </Button>
        </div>
      </form>
      {after}
    </>
  );
}

/** Back, wherever that is: its words stand under the fields, and its frame beside them. */
export function BackButton({ disabled, onBack }: { disabled: boolean; onBack: () => void }) {
  const { t } = useTranslation();
  return (
    <Button
      size="md"
      variant="subtle"
      className={classes.back ?? ''}
      disabled={disabled}
      leftSection={<IconArrowLeft size={16} stroke={1.75} aria-hidden />}
      onClick={onBack}
    >
      {t('common.back')}
    </Button>
  );
}

/** Back a step, and out of a change of mode. */
export function WayBack({ disabled }: { disabled: boolean }) {
  const { t } = useTranslation();
  const client = useClient();
  const back = useAppState(mayGoBack);
  const cancel = useAppState(mayCancel);
  return (
    <>
      {back && <BackButton disabled={disabled} onBack={() => void client.setup.back().catch(() => {})} />}
      {cancel && (
        <Button
          size="md"
          variant="subtle"
          className={back ? '' : (classes.back ?? '')}
          disabled={disabled}
          onClick={() => void client.setup.cancel().catch(() => {})}
        >
          {t('setup.cancelChange')}
        </Button>
      )}
    </>
  );
}
