import { CloseButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AppState } from '../../contract/client/state.ts';
import { LinkButton } from '../components/button.tsx';
import { TroubleView } from '../components/trouble-view.tsx';
import { useAppState, useClient } from '../lib/window-context.tsx';
import classes from './banners.module.css';

type Notice = AppState['notices'][number];

/** What the person should know on any page: the keychain's degraded states and the core's notices. */
export function Banners() {
  const { t } = useTranslation();
  const client = useClient();
  const notices = useAppState((state) => state.notices);
  const keychain = useAppState((state) => state.keychain);
  const locked = useAppState((state) => state.lockedSettings.includes('secretsOnDisk'));
  const about = keychainCode(keychain);
  const rest = notices.filter((notice) => notice.code !== about);

  return (
    <div className={classes.banners} role="status" aria-label={t('shell.notices')}>
      {about !== null && (
        <TroubleView trouble={{ code: about }} tone="warning">
          {keychain.state === 'unavailable' && !locked && (
            <LinkButton href="#/settings" size="xs">
              {t('keychain.open')}
            </LinkButton>
          )}
        </TroubleView>
      )}
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

function keychainCode({ state }: AppState['keychain']) {
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
