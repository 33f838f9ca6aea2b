import { AldabaError } from '../../src/contract/errors.ts';
import {
  type SettingName,
  type Settings,
  type SettingsChange,
  settingsChangeSchema,
  settingsSchema,
} from '../../src/contract/settings.ts';
import type { SettingsStore } from '../../src/core/ports/settings.ts';

/** What a settings file would keep; shared between two stores, it plays two starts of one profile. */
export type StoredSettings = { value: SettingsChange };

/** Settings in memory. `locked` plays a policy file. */
export function createMemorySettings(
  options: { stored?: StoredSettings; locked?: SettingsChange; recoveredFrom?: string } = {},
): SettingsStore {
  const stored = options.stored ?? { value: {} };
  const locked = options.locked ?? {};
  const names = new Map((Object.keys(locked) as SettingName[]).map((name) => [name, 'policy' as const]));
  const listeners = new Set<(settings: Settings) => void>();
  const current = (): Settings => settingsSchema.parse({ ...stored.value, ...locked });
  return {
    current,
    locked: () => names,
    async update(change) {
      for (const name of Object.keys(change) as SettingName[]) {
        if (names.has(name) && locked[name] !== change[name])
          throw new AldabaError('policy-locked', `${name} is fixed by policy`, { field: name });
      }
      stored.value = { ...stored.value, ...settingsChangeSchema.parse(change) };
      for (const listener of listeners) listener(current());
    },
    async reload() {
      for (const listener of listeners) listener(current());
    },
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    recoveredFrom: options.recoveredFrom ?? null,
    problems:
      options.recoveredFrom === undefined
        ? []
        : [{ source: 'user', file: options.recoveredFrom, field: null }],
    acknowledge: async () => {},
  };
}
