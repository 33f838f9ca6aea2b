import { useTranslation } from 'react-i18next';
import { LinkButton } from '../components/button.tsx';
import { useFixedBy } from '../lib/use-fixed-by.ts';
import { useAppState } from '../lib/window-context.tsx';
import classes from './banners.module.css';
import { DeviceKeyBanner } from './device-key-banner.tsx';
import { KeychainBanner } from './keychain-banner.tsx';
import { Notices } from './notices.tsx';

/** What the person should know on any page: the keychain's degraded states and the core's notices. */
export function Banners() {
  const { t } = useTranslation();
  const keychain = useAppState((state) => state.keychain.state);
  const isChoice = useFixedBy('secretsOnDisk') === null;

  return (
    <div className={classes.banners} role="status" aria-label={t('shell.notices')}>
      <KeychainBanner>
        {keychain === 'unavailable' && isChoice && (
          <LinkButton href="#/settings" size="xs">
            {t('keychain.open')}
          </LinkButton>
        )}
      </KeychainBanner>
      <DeviceKeyBanner />
      <Notices />
    </div>
  );
}
