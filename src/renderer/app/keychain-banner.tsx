import type { ReactNode } from 'react';
import type { AppState } from '../../contract/client/state.ts';
import { TroubleView } from '../components/trouble-view.tsx';
import { useAppState } from '../lib/window-context.tsx';

/** Why the session cannot be kept or read as it should; nothing while the keychain works. */
export function KeychainBanner({ children }: { children?: ReactNode }) {
  const code = keychainCode(useAppState((state) => state.keychain));
  return code === null ? null : (
    <TroubleView trouble={{ code }} tone="warning">
      {children}
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
