import type { SettingName, Settings, SettingsChange } from '../../contract/settings.ts';

/** Effective settings: policy > command line > environment > the person's choice > default (see contract/settings). */
export interface SettingsStore {
  current(): Settings;
  /** Names fixed by policy; updating one throws `policy-locked`. */
  locked(): ReadonlySet<SettingName>;
  /** Absent and undefined ones stay. Durable when it resolves (write aside, then rename). */
  update(change: SettingsChange): Promise<void>;
  /** Takes over what another process of the profile wrote since. */
  reload(): Promise<void>;
  onChange(listener: (settings: Settings) => void): () => void;
  /** Path of the copy kept aside when the file was corrupt at start; null when it was not. */
  readonly recoveredFrom: string | null;
}
