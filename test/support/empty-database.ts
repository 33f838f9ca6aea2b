import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';

const modules = join(import.meta.dirname, '../../node_modules');
const folder = join(modules, '.cache/aldaba-test');

/**
 * The data folder of an empty embedded database, as a file image. Making one takes seconds, copying it does not: it is made once per
 * version of PGlite and kept. Test processes may make it at the same time; the last one that renames wins, and all are equal.
 */
export async function emptyDatabase(): Promise<Blob> {
  const manifest = await readFile(join(modules, '@electric-sql/pglite/package.json'), 'utf8');
  const { version } = JSON.parse(manifest) as { version: string };
  const file = join(folder, `empty-database-${version}.tar`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept !== undefined) return new Blob([kept]);
  const made = await PGlite.create();
  const image = await made.dumpDataDir('none');
  await made.close();
  await mkdir(folder, { recursive: true });
  const aside = `${file}.${randomUUID()}`;
  await writeFile(aside, Buffer.from(await image.arrayBuffer()));
  await rename(aside, file);
  return image;
}
