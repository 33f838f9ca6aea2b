import { useTranslation } from 'react-i18next';
import { ConfirmDialog } from '../components/confirm-dialog.tsx';
import { Themed } from '../components/themed.tsx';
import { useClient } from '../lib/window-context.tsx';

/** Asks before secrets are kept where the system does not protect them. Brings its theme: setup shows it, too. */
export function KeepOnDiskDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  return (
    <Themed>
      <ConfirmDialog
        title={t('keychain.onDisk.title')}
        confirm={t('keychain.onDisk.confirm')}
        onConfirm={() => client.settings.update({ secretsOnDisk: true })}
        onClose={onClose}
      >
        <p>{t('keychain.onDisk.means')}</p>
      </ConfirmDialog>
    </Themed>
  );
}
