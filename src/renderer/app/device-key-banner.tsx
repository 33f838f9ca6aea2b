import { lazy } from 'react';
import { useTranslation } from 'react-i18next';
import { DialogButton } from '../components/dialog-button.tsx';
import { TroubleView } from '../components/trouble-view.tsx';
import { useAppState } from '../lib/window-context.tsx';

const DeviceKeyDialog = lazy(async () => ({
  default: (await import('./device-key-dialog.tsx')).DeviceKeyDialog,
}));

export const deviceKeyCode = 'device-key-damaged';

/** The keychain holds no key where this device's should be: the way on is a new one. Nothing while the key is good or not read yet. */
export function DeviceKeyBanner() {
  const { t } = useTranslation();
  const isDamaged = useAppState((state) => state.notices.some(({ code }) => code === deviceKeyCode));
  if (!isDamaged) return null;
  return (
    <TroubleView trouble={{ code: deviceKeyCode }}>
      <DialogButton label={t('keychain.newKey.open')} dialog={DeviceKeyDialog} />
    </TroubleView>
  );
}
