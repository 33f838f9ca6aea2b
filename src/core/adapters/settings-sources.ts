import { readFile } from 'node:fs/promises';
import { variableOf } from '../../contract/setting-values.ts';
import { type SettingName, type SettingsChange, settingsChangeSchema } from '../../contract/settings.ts';
import type { SettingsProblem } from '../ports/settings.ts';

export const settingNames = Object.keys(settingsChangeSchema.shape) as SettingName[];

/** Settings of one source with what was wrong in it. */
export interface Source {
  values: SettingsChange;
  problems: SettingsProblem[];
}

/** Without them nobody gets in: a source that fixes them as nothing leaves them to the person. */
const needed: ReadonlySet<SettingName> = new Set(['mode', 'portal']);

/** Takes each field by itself: a bad one is named and left out, the others count. Fields of another version are not looked at. */
export function readFields(given: object, where: Omit<SettingsProblem, 'field'>): Source {
  const values: SettingsChange = {};
  const problems: SettingsProblem[] = [];
  for (const name of settingNames) {
    if (!Object.hasOwn(given, name)) continue;
    const result = settingsChangeSchema.shape[name].safeParse(Reflect.get(given, name));
    if (where.source !== 'user' && needed.has(name) && result.data === null) continue;
    if (!result.success) problems.push({ ...where, field: name });
    else if (result.data !== undefined) Object.assign(values, { [name]: result.data });
  }
  return { values, problems };
}

/** `true`, `1`, `yes`, `on` and their contraries; anything else stays text for the schema to refuse. */
function fromText(text: string): unknown {
  if (/^(true|1|yes|on)$/i.test(text)) return true;
  if (/^(false|0|no|off)$/i.test(text)) return false;
  return text === 'null' ? null : text;
}

/** `name=value` texts of a command line by their names; a name alone is switched on. */
export function settingTexts(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=');
      return at < 0 ? [text, 'true'] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

/**
 * Settings as texts, from a command line. What reads as yes or no is tried as that first, so that `updateChannel=off` and `autoStart=off`
 * both work.
 */
export function settingsFromTexts(
  texts: Readonly<Record<string, string | undefined>>,
  source: 'command-line' | 'environment',
): Source {
  const given: Record<string, unknown> = {};
  for (const name of settingNames) {
    const text = texts[name];
    if (text === undefined || text === '') continue;
    const value = fromText(text);
    given[name] = settingsChangeSchema.shape[name].safeParse(value).success ? value : text;
  }
  return readFields(given, { source, file: null });
}

/** `ALDABA_MODE`, `ALDABA_PORTAL`, `ALDABA_EXTRA_CA_FILE`, ... An empty variable counts as absent. */
export function settingsFromEnvironment(environment: Readonly<Record<string, string | undefined>>): Source {
  return settingsFromTexts(
    Object.fromEntries(settingNames.map((name) => [name, environment[variableOf(name)]])),
    'environment',
  );
}

/** A JSON object in a file; `null` when there is no file, `undefined` when it holds something else, `unreadable` when it may not be read. */
export async function readJsonObject(path: string): Promise<object | null | undefined | 'unreadable'> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    return code === 'EACCES' || code === 'EPERM' ? 'unreadable' : undefined;
  }
  try {
    const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The machine-wide policy. A file that cannot be read or understood fixes nothing, and says so. */
export async function readPolicy(path: string): Promise<Source> {
  const given = await readJsonObject(path);
  if (given === null) return { values: {}, problems: [] };
  if (given === undefined) return { values: {}, problems: [{ source: 'policy', file: path, field: null }] };
  if (given === 'unreadable')
    return { values: {}, problems: [{ source: 'policy', file: path, field: null, unreadable: true }] };
  return readFields(given, { source: 'policy', file: path });
}
