import type { SettingName } from '../../contract/settings.ts';
import { useAppState } from './window-context.tsx';

/** What fixes a setting: a policy, or how the client was started; null where the person decides, and for `null`. */
export function useFixedBy(setting: SettingName | null): 'policy' | 'start' | null {
  return useAppState(({ lockedSettings, lockedAtStart }) => {
    if (setting === null || !lockedSettings.includes(setting)) return null;
    return lockedAtStart.includes(setting) ? 'start' : 'policy';
  });
}
