import { createHash } from 'node:crypto';
import { glob, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Folder, folders } from '../boundaries/table.ts';
import { rootKeysDefine } from './root-keys.ts';

/** What is built is always one runtime's folder of src, into the folder of the same name in out. */
export const targets = ['main', 'preload', 'renderer', 'cli', 'host'] as const satisfies Folder[];
export type Target = (typeof targets)[number];

/** The folders of src that a target's bundle may take code from, by the dependency rule. */
function sourcesOf(target: Target): Folder[] {
  const reached = new Set<Folder>([target]);
  for (const folder of reached) for (const next of folders[folder].mayUse) reached.add(next);
  return [...reached];
}

const always = [
  'package.json',
  'package-lock.json',
  'electron.vite.config.ts',
  'scripts/build/*.ts',
  'resources/**/*',
];

const stampName = '.stamp';

/** SHA-256 over the names and contents of everything that the target is built from, tests left out. */
export async function sourceHash(target: Target, root: string): Promise<string> {
  const patterns = [...always, ...sourcesOf(target).map((folder) => `src/${folder}/**/*`)];
  const entries = await Array.fromAsync(glob(patterns, { cwd: root, withFileTypes: true }));
  const files = entries
    .filter((entry) => entry.isFile() && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const hash = createHash('sha256').update(JSON.stringify(rootKeysDefine()));
  for (const file of files) {
    const content = await readFile(file);
    hash.update(`${file.slice(root.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** True when out/<target> was built from other sources than the present ones, or not at all. */
export async function isStale(target: Target, root: string): Promise<boolean> {
  const stamp = await readFile(join(root, 'out', target, stampName), 'utf8').catch(() => undefined);
  return stamp !== (await sourceHash(target, root));
}

/** Marks a built folder with the hash of its sources, taken before the build began. */
export async function writeStamp(folder: string, hash: string): Promise<void> {
  await writeFile(join(folder, stampName), hash);
}
