import { Modal } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import dialog from '../../components/confirm-dialog.module.css';
import { useToast } from '../../components/toasts.tsx';
import { TroubleView } from '../../components/trouble-view.tsx';
import { useAction } from '../../lib/use-action.ts';
import { useReturnFocus } from '../../lib/use-return-focus.ts';
import { useClient } from '../../lib/window-context.tsx';
import { keyError } from '../setup/key-error.ts';
import { KeyField } from '../setup/key-field.tsx';

/** A computer whose parts changed is registered with the ones that it has now: the key again, which takes no second place. */
export default function RegisterDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const action = useAction();
  const [key, setKey] = useState('');
  const [error, setError] = useState<string | undefined>();
  useReturnFocus();

  async function register() {
    if (action.busy) return;
    const wrong = keyError(key, t).key;
    setError(wrong);
    const done =
      wrong === undefined ? await action.run(() => client.licenses.registerAgain({ key: key.trim() })) : null;
    if (done === null) return document.getElementsByName('key')[0]?.focus();
    toast.show({ text: t('device.register.done') });
    onClose();
  }

  return (
    <Modal
      opened
      onClose={() => {
        if (!action.busy) onClose();
      }}
      title={t('device.register.title')}
      closeOnEscape={!action.busy}
      closeOnClickOutside={false}
      closeButtonProps={{ 'aria-label': t('common.close') }}
    >
      <form
        noValidate
        className={dialog.form}
        onSubmit={(event) => {
          event.preventDefault();
          void register();
        }}
      >
        <div className={dialog.words}>
          <p>{t('device.register.text')}</p>
          <p>{t('device.register.offline')}</p>
        </div>
        <KeyField
          value={key}
          error={error}
          onChange={(next) => {
            setKey(next);
            setError(undefined);
            action.clear();
          }}
        />
        {action.trouble !== null && <TroubleView trouble={action.trouble} live />}
        <div className={dialog.buttons}>
          <Button disabled={action.busy} onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button type="submit" variant="filled" busy={action.busy}>
            {t('device.register.submit')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
