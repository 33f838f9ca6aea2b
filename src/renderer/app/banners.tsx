import { useTranslation } from 'react-i18next';
import classes from './banners.module.css';
import { DeviceKeyBanner } from './device-key-banner.tsx';
import { KeychainBanner } from './keychain-banner.tsx';
import { Notices } from './notices.tsx';

/** What the person should know on any page: the keychain's degraded states and the core's notices. */
export function Banners() {
  const { t } = useTranslation();
  return (
    <div className={classes.banners} role="status" aria-label={t('shell.notices')}>
      <KeychainBanner />
      <DeviceKeyBanner />
      <Notices />
    </div>
  );
}
