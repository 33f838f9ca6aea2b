import type { SettingName, Settings, SettingsChange } from '../../contract/settings.ts';

/** What wins over the person's choice. */
export type FixedBy = 'policy' | 'command-line' | 'environment';

/**
 * Something that could not be understood where settings come from. It was left out; everything else counts. What was kept aside of the
 * person's own file is named at each start, until `acknowledge` or until the copy is gone.
 */
export interface SettingsProblem {
  source: FixedBy | 'user';
  /** The file it stands in, or for the person's own the copy kept aside; null for command line and environment. */
  file: string | null;
  /** null: the whole file. */
  field: SettingName | null;
  /** The file is there and may not be read; what it says is not known, and it is left as it is. */
  unreadable?: true;
}

/** Effective settings: policy > command line > environment > the person's choice > default (see contract/settings). */
export interface SettingsStore {
  current(): Settings;
  /** Settings that the person's choice does not reach, with what fixes each. */
  locked(): ReadonlyMap<SettingName, FixedBy>;
  /**
   * Absent and undefined ones stay. Durable when it resolves (write aside, then rename). A fixed one at the value that it has is no change.
   * @throws AldabaError `policy-locked` for another value of a fixed one; nothing is changed then
   */
  update(change: SettingsChange): Promise<void>;
  /** Takes over what another process of the profile wrote since. */
  reload(): Promise<void>;
  onChange(listener: (settings: Settings) => void): () => void;
  /** Path of the copy kept aside at this start, when the person's file was corrupt, wholly or in part; null when it was not. */
  readonly recoveredFrom: string | null;
  readonly problems: readonly SettingsProblem[];
  /** The person knows of it: the next start names that copy no more. Anything else than a copy kept aside is named as long as it is so. */
  acknowledge(problem: SettingsProblem): Promise<void>;
}
