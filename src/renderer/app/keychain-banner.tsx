import { lazy } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppState } from '../../contract/client/state.ts';
import { DialogButton } from '../components/dialog-button.tsx';
import { TroubleView } from '../components/trouble-view.tsx';
import { useFixedBy } from '../lib/use-fixed-by.ts';
import { useAppState } from '../lib/window-context.tsx';

const KeepOnDiskDialog = lazy(async () => ({
  default: (await import('./keep-on-disk-dialog.tsx')).KeepOnDiskDialog,
}));

/**
 * Why the session cannot be kept or read as it should; nothing while the keychain works. The way out where there is no keychain stands here:
 * setup has no settings, and a license cannot be activated before.
 */
export function KeychainBanner({ folded = false }: { folded?: boolean }) {
  const { t } = useTranslation();
  const code = keychainCode(useAppState((state) => state.keychain));
  const isChoice = useFixedBy('secretsOnDisk') === null;
  if (code === null) return null;
  return (
    <TroubleView trouble={{ code }} tone="warning" folded={folded}>
      {code === 'keychain-unavailable' && isChoice && (
        <DialogButton label={t('keychain.onDisk.open')} dialog={KeepOnDiskDialog} />
      )}
    </TroubleView>
  );
}

export function keychainCode({ state }: AppState['keychain']) {
  switch (state) {
    case 'ok':
      return null;
    case 'unavailable':
      return 'keychain-unavailable' as const;
    case 'locked':
      return 'keychain-locked' as const;
    case 'denied':
      return 'keychain-denied' as const;
  }
}
