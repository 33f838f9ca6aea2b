import type { AppState } from '../../contract/client/state.ts';
import type { Settings } from '../../contract/settings.ts';
import type { SettingsStore } from '../ports/settings.ts';
import { withoutCredentials } from '../without-credentials.ts';

/** The settings as windows see them: secrets never come out. */
export function shownSettings(settings: SettingsStore): Pick<AppState, 'settings' | 'lockedSettings'> {
  const current: Settings = settings.current();
  return {
    settings: { ...current, proxy: current.proxy === null ? null : withoutCredentials(current.proxy) },
    lockedSettings: [...settings.locked()].sort(),
  };
}
