import { createHash, randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { systemClock } from '../../src/portal/clock.ts';
import { type Database, openDatabase } from '../../src/portal/db/database.ts';
import { migrate } from '../../src/portal/db/migrate.ts';

const root = join(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache/aldaba-test');
const migrations = join(root, 'src/portal/db/migrations');
let image: Promise<Blob> | undefined;

/**
 * The database of a portal under test. Embedded, it is in memory, and every migration is applied to it already: making an empty one
 * takes seconds and migrating it half of one, copying neither. What a start from nothing does, test/system proves.
 *
 * @param url PostgreSQL's address, from `createTestDatabase()`; undefined: PGlite
 */
export async function openTestDatabase(url: string | undefined): Promise<Database> {
  if (url !== undefined) return openDatabase({ url });
  image ??= keptImage();
  return openDatabase({ image: await image });
}

/** Made once per version of PGlite and state of the migrations. Processes may make it at the same time: all are equal. */
async function keptImage(): Promise<Blob> {
  const file = join(cache, `database-${await fingerprint()}.tar`);
  const kept = await readFile(file).catch(() => undefined);
  if (kept !== undefined) return new Blob([kept]);
  const made = await makeImage();
  await mkdir(cache, { recursive: true });
  const older = (await readdir(cache)).filter((name) => name.endsWith('.tar'));
  await Promise.all(older.map((name) => rm(join(cache, name), { force: true })));
  const aside = `${file}.${randomUUID()}`;
  await writeFile(aside, Buffer.from(await made.arrayBuffer()));
  await rename(aside, file);
  return made;
}

async function fingerprint(): Promise<string> {
  const manifest = join(root, 'node_modules/@electric-sql/pglite/package.json');
  const files = (await readdir(migrations)).sort().map((name) => join(migrations, name));
  const hash = createHash('sha256');
  for (const file of [import.meta.filename, manifest, ...files]) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

async function makeImage(): Promise<Blob> {
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-image-'));
  try {
    const data = join(folder, 'data');
    const database = await openDatabase({ folder: data });
    await migrate(database, systemClock);
    await database.close();
    const client = await PGlite.create(data);
    // Of the 128 MB that it would clear at each start, no test needs more than this.
    await client.exec("alter system set shared_buffers = '8MB'");
    await client.exec('checkpoint');
    const made = await client.dumpDataDir('none');
    await client.close();
    return made;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
