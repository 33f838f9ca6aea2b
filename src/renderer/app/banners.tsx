import { useTranslation } from 'react-i18next';
import type { Page } from '../lib/pages.ts';
import classes from './banners.module.css';
import { DeviceKeyBanner } from './device-key-banner.tsx';
import { KeychainBanner } from './keychain-banner.tsx';
import { Notices } from './notices.tsx';

/**
 * What the person should know on any page: the keychain's degraded states and the core's notices. The keychain is told of at length where the window begins
 * and where something can be done about it.
 */
export function Banners({ page }: { page: Page }) {
  const { t } = useTranslation();
  return (
    <div className={classes.banners} role="status" aria-label={t('shell.notices')}>
      <KeychainBanner folded={page === 'programs' || page === 'people'} />
      <DeviceKeyBanner />
      <Notices />
    </div>
  );
}
