import type { AppState } from '../../contract/client/state.ts';
import type { Settings } from '../../contract/settings.ts';
import type { SettingsStore } from '../ports/settings.ts';

/** A proxy's address without the password that policy or environment may have put into it. */
function withoutCredentials(address: string | null): string | null {
  if (address === null || !URL.canParse(address)) return address;
  const url = new URL(address);
  if (url.username === '' && url.password === '') return address;
  url.username = '';
  url.password = '';
  return url.href;
}

/** The settings as windows see them: secrets never come out. */
export function shownSettings(settings: SettingsStore): Pick<AppState, 'settings' | 'lockedSettings'> {
  const current: Settings = settings.current();
  return {
    settings: { ...current, proxy: withoutCredentials(current.proxy) },
    lockedSettings: [...settings.locked()].sort(),
  };
}
