import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Themed } from '../components/themed.tsx';
import { useClient } from '../lib/window-context.tsx';

/** Asks before the old key, and with it the session and the licenses bound to it, is given up. Brings its theme: setup shows it, too. */
export function DeviceKeyDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  return (
    <Themed>
      <ConfirmDialog
        title={t('keychain.newKey.title')}
        confirm={t('keychain.newKey.confirm')}
        danger
        onConfirm={() => client.setup.resetDevice()}
        onClose={onClose}
      >
        <p>{t('keychain.newKey.text')}</p>
      </ConfirmDialog>
    </Themed>
  );
}
