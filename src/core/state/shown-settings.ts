import type { AppState } from '../../contract/client/state.ts';
import type { Settings } from '../../contract/settings.ts';
import type { SettingsStore } from '../ports/settings.ts';
import { withoutCredentials } from '../without-credentials.ts';

/** The settings as windows see them: secrets never come out. */
export function shownSettings(
  settings: SettingsStore,
): Pick<AppState, 'settings' | 'lockedSettings' | 'lockedAtStart'> {
  const current: Settings = settings.current();
  const locked = [...settings.locked()].sort();
  return {
    settings: { ...current, proxy: current.proxy === null ? null : withoutCredentials(current.proxy) },
    lockedSettings: locked.map(([name]) => name),
    lockedAtStart: locked.filter(([, by]) => by !== 'policy').map(([name]) => name),
  };
}
