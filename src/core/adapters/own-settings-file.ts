import { copyFile, lstat } from 'node:fs/promises';
import type { SettingName, SettingsChange } from '../../contract/settings.ts';
import type { SettingsProblem } from '../ports/settings.ts';
import { moveFolderAside, nameAside, writeFileDurably } from '../write-file-durably.ts';
import { readFields, readJsonObject, settingNames } from './settings-sources.ts';

/** The person's settings file as it is, and what is to be told of it. */
export interface OwnSettings {
  values: SettingsChange;
  /** What cannot be understood, in the file itself. */
  broken: SettingsProblem[];
  /** What is told and not repaired: copies that were kept aside before, which nobody has acknowledged, or that nobody may read the file. */
  kept: SettingsProblem[];
}

/**
 * Field of the file that remembers the copies kept aside: whoever met the broken file may have been a command of a script, and the person is
 * told until they say that they know. It is written together with what replaces the broken file.
 */
const memory = 'keptAside';
const mostKept = 100;

interface Kept {
  file: string;
  field: SettingName | null;
}

function isKept(entry: unknown): entry is Kept {
  if (typeof entry !== 'object' || entry === null || !('file' in entry) || !('field' in entry)) return false;
  const { file, field } = entry;
  return typeof file === 'string' && (field === null || settingNames.some((name) => name === field));
}

function keptIn(given: object): Kept[] {
  const entries: unknown = Reflect.get(given, memory);
  return Array.isArray(entries) ? entries.filter(isKept).slice(-mostKept) : [];
}

/** Copies the file beside itself; what is no file at all (a folder) is moved there. @throws the file system's error */
async function keepAside(path: string): Promise<string> {
  const moved = await moveFolderAside(path);
  if (moved !== null) return moved;
  const aside = nameAside(path);
  await copyFile(path, aside);
  return aside;
}

const isThere = (path: string) =>
  lstat(path).then(
    () => true,
    () => false,
  );

/** A copy that the person has taken away is no news to them. */
async function remembered(kept: readonly Kept[]): Promise<SettingsProblem[]> {
  const there = await Promise.all(kept.map(({ file }) => isThere(file)));
  return kept.filter((_, at) => there[at]).map((entry) => ({ source: 'user', ...entry }));
}

async function replace(path: string, given: object, kept: readonly Kept[]): Promise<void> {
  const { [memory]: _before, ...rest } = given as Record<string, unknown>;
  const content = kept.length === 0 ? rest : { ...rest, [memory]: kept.slice(-mostKept) };
  await writeFileDurably(path, JSON.stringify(content, null, '\t'));
}

/** Changes nothing. Fields that this version does not know are not looked at. */
export async function readOwnSettings(path: string): Promise<OwnSettings> {
  const given = await readJsonObject(path);
  if (given === null) return { values: {}, broken: [], kept: [] };
  if (given === undefined)
    return { values: {}, broken: [{ source: 'user', file: path, field: null }], kept: [] };
  if (given === 'unreadable')
    return { values: {}, broken: [], kept: [{ source: 'user', file: path, field: null, unreadable: true }] };
  const { values, problems } = readFields(given, { source: 'user', file: path });
  return { values, broken: problems, kept: await remembered(keptIn(given)) };
}

/**
 * What cannot be understood, the whole or a field, is copied aside and taken out, so that the rest goes on, and is told once more.
 *
 * @returns the copy; null when there was nothing to repair
 * @throws the file system's error when it could not be kept aside; then it is as it was
 */
export async function repairOwnSettings(path: string): Promise<string | null> {
  const { broken } = await readOwnSettings(path);
  if (broken.length === 0) return null;
  const aside = await keepAside(path);
  const bad = new Set<string | null>(broken.map(({ field }) => field));
  const copy = await readJsonObject(aside);
  const entries = typeof copy === 'object' && copy !== null ? Object.entries(copy) : [];
  const rest = Object.fromEntries(entries.filter(([name]) => !bad.has(name)));
  await replace(path, rest, [...keptIn(rest), ...broken.map(({ field }) => ({ file: aside, field }))]);
  return aside;
}

/** The person knows of that copy: it is not named again. */
export async function forgetKeptAside(path: string, known: SettingsProblem): Promise<void> {
  const given = await readJsonObject(path);
  if (typeof given !== 'object' || given === null) return;
  const kept = keptIn(given);
  const left = kept.filter(({ file, field }) => file !== known.file || field !== known.field);
  if (left.length < kept.length) await replace(path, given, left);
}
