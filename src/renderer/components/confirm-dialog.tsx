import { Modal, PasswordInput } from '@mantine/core';
import { type ReactNode, type RefObject, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../lib/use-action.ts';
import { useReturnFocus } from '../lib/use-return-focus.ts';
import { useClient } from '../lib/window-context.tsx';
import { Button } from './button.tsx';
import classes from './confirm-dialog.module.css';
import { TroubleView } from './trouble-view.tsx';

/**
 * Asks before something that cannot simply be undone; the text says the consequence. `password` also asks for the person's own
 * password, which the portal wants no older than five minutes (D10).
 */
export function ConfirmDialog({
  title,
  children,
  confirm,
  cancel,
  danger = false,
  password = false,
  onConfirm,
  onClose,
  returnTo,
}: {
  title: string;
  children: ReactNode;
  confirm: string;
  /** Where «cancel» would leave open what of. */
  cancel?: string;
  danger?: boolean;
  password?: boolean;
  /** Refused: the dialog stays and says why. Answers `stay` when something else takes its place. */
  onConfirm: () => Promise<unknown>;
  onClose: () => void;
  /** Where the focus goes when what opened the dialog is gone by then. */
  returnTo?: RefObject<HTMLElement | null>;
}) {
  const { t } = useTranslation();
  const client = useClient();
  const action = useAction();
  useReturnFocus(returnTo);
  const [typed, setTyped] = useState('');
  const [missing, setMissing] = useState(false);
  const wrong = password && action.trouble?.code === 'invalid-credentials';

  async function go() {
    if (password && typed === '') {
      setMissing(true);
      document.getElementsByName('own-password')[0]?.focus();
      return;
    }
    const done = await action.run(async () => {
      if (password) await client.session.confirmPassword({ password: typed });
      return onConfirm();
    });
    if (done !== null && done.value !== 'stay') onClose();
    if (done === null) document.getElementsByName('own-password')[0]?.focus();
  }

  return (
    <Modal
      opened
      // What is on its way has an answer that only this dialog takes.
      onClose={() => {
        if (!action.busy) onClose();
      }}
      title={title}
      closeOnEscape={!action.busy}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        noValidate
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          void go();
        }}
      >
        <div className={classes.words}>{children}</div>
        {password && (
          <PasswordInput
            name="own-password"
            data-autofocus
            label={t('confirm.password')}
            description={t('confirm.why')}
            autoComplete="current-password"
            maxLength={1024}
            visibilityToggleButtonProps={{ 'aria-label': t('signIn.showPassword') }}
            value={typed}
            error={missing ? t('signIn.passwordMissing') : wrong ? t('confirm.wrong') : undefined}
            onChange={(event) => {
              setTyped(event.currentTarget.value);
              setMissing(false);
              action.clear();
            }}
          />
        )}
        {action.trouble !== null && !wrong && <TroubleView trouble={action.trouble} live />}
        <div className={classes.buttons}>
          <Button data-autofocus={password ? undefined : true} disabled={action.busy} onClick={onClose}>
            {cancel ?? t('common.cancel')}
          </Button>
          <Button type="submit" variant="filled" color={danger ? 'danger' : 'accent'} busy={action.busy}>
            {confirm}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
