import type { SettingName } from './settings.ts';

// Without schemas, so that a window and a help that show them load none.

/** BCP 47 tags of the three complete languages. */
export const languages = ['es', 'en', 'pt'] as const;

/** The ways in which the license comes. */
export const modes = ['cloud-signin', 'cloud-key', 'standalone'] as const;

export const themes = ['system', 'light', 'dark'] as const;
export const updateChannels = ['stable', 'preview', 'off'] as const;

const switched = ['true', 'false'];

const choices: Readonly<Partial<Record<SettingName, readonly string[]>>> = {
  mode: modes,
  language: languages,
  theme: themes,
  updateChannel: updateChannels,
  autoStart: switched,
  telemetry: ['false'],
  secretsOnDisk: switched,
};
const byName: ReadonlyMap<string, readonly string[]> = new Map(Object.entries(choices));

/** What there is to choose from for a setting, as it is written in a text; empty for one that takes any text of its form. */
export function choicesOf(setting: string): readonly string[] {
  return byName.get(setting) ?? [];
}

/** `downloadFolder` -> `ALDABA_DOWNLOAD_FOLDER`. */
export function variableOf(setting: string): string {
  return `ALDABA_${setting.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
