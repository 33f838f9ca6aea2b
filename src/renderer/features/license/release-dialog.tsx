import { useTranslation } from 'react-i18next';
import type { LicenseView } from '../../../contract/client/state.ts';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { useToast } from '../../components/toasts.tsx';
import { useClient } from '../../lib/window-context.tsx';

export function ReleaseDialog({ view, onClose }: { view: LicenseView; onClose: () => void }) {
  const { t } = useTranslation();
  const client = useClient();
  const toast = useToast();
  const running = view.programs.filter((use) => use.state === 'running').length;
  return (
    <ConfirmDialog
      title={t('license.release.title', { product: view.productName })}
      confirm={t('license.giveUp.release')}
      danger={running > 0}
      onConfirm={async () => {
        await client.licenses.release({ product: view.product });
        toast.show({ text: t('license.release.done', { product: view.productName }) });
      }}
      onClose={onClose}
    >
      <p>{t('license.release.text')}</p>
      {running > 0 && <p>{t('license.release.running', { count: running })}</p>}
    </ConfirmDialog>
  );
}
