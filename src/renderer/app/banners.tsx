import { CloseButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AppState } from '../../contract/client/state.ts';
import { LinkButton } from '../components/button.tsx';
import { TroubleView } from '../components/trouble-view.tsx';
import { useFixedBy } from '../lib/use-fixed-by.ts';
import { useAppState, useClient } from '../lib/window-context.tsx';
import classes from './banners.module.css';
import { DeviceKeyBanner, deviceKeyCode } from './device-key-banner.tsx';
import { KeychainBanner, keychainCode } from './keychain-banner.tsx';

type Notice = AppState['notices'][number];

/** What the person should know on any page: the keychain's degraded states and the core's notices. */
export function Banners() {
  const { t } = useTranslation();
  const client = useClient();
  const notices = useAppState((state) => state.notices);
  const keychain = useAppState((state) => state.keychain);
  const isChoice = useFixedBy('secretsOnDisk') === null;
  const about = keychainCode(keychain);
  const rest = notices.filter(({ code }) => code !== about && code !== deviceKeyCode);

  return (
    <div className={classes.banners} role="status" aria-label={t('shell.notices')}>
      <KeychainBanner>
        {keychain.state === 'unavailable' && isChoice && (
          <LinkButton href="#/settings" size="xs">
            {t('keychain.open')}
          </LinkButton>
        )}
      </KeychainBanner>
      <DeviceKeyBanner />
      {rest.map((notice) => (
        <div key={notice.id} className={classes.notice}>
          <TroubleView trouble={notice} tone={notice.level} />
          <CloseButton
            className={classes.close ?? ''}
            aria-label={t('shell.dismiss')}
            onClick={() => void dismiss(client, notice)}
          />
        </div>
      ))}
    </div>
  );
}

function dismiss(client: ReturnType<typeof useClient>, { id }: Notice): Promise<void> {
  return client.settings.dismissNotice({ id }).catch(() => {});
}
