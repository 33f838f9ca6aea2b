import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { AppState } from '../../contract/client/state.ts';
import { TroubleView } from '../components/trouble-view.tsx';
import { keepFocus } from '../lib/keep-focus.ts';
import { useAppState, useClient } from '../lib/window-context.tsx';
import { deviceKeyCode } from './device-key-banner.tsx';
import { keychainCode } from './keychain-banner.tsx';
import classes from './notices.module.css';

export type Notice = AppState['notices'][number];

/** The core's notices, but for those of the keychain, which have banners of their own. @param without those that are said elsewhere */
export function Notices({ without = () => false }: { without?: (notice: Notice) => boolean }) {
  const { t } = useTranslation();
  const client = useClient();
  const notices = useAppState((state) => state.notices);
  const about = keychainCode(useAppState((state) => state.keychain));
  return notices
    .filter((notice) => notice.code !== about && notice.code !== deviceKeyCode && !without(notice))
    .map((notice) => (
      <div key={notice.id} className={classes.notice}>
        <TroubleView trouble={notice} tone={notice.level} />
        <button
          type="button"
          className={classes.close}
          aria-label={t('shell.dismiss')}
          onClick={({ currentTarget }) => {
            keepFocus(currentTarget);
            void client.settings.dismissNotice({ id: notice.id }).catch(() => {});
          }}
        >
          <IconX size={16} stroke={1.75} aria-hidden />
        </button>
      </div>
    ));
}
