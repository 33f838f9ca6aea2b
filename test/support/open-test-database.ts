import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { systemClock } from '../../src/portal/clock.ts';
import { type Database, openDatabase } from '../../src/portal/db/database.ts';
import { migrate } from '../../src/portal/db/migrate.ts';

const root = join(import.meta.dirname, '../..');
const cache = join(root, 'node_modules/.cache/aldaba-test');
const migrations = join(root, 'src/portal/db/migrations');

/** A database to which every migration is applied: making an empty one takes seconds and migrating it half of one, copying neither. */
interface Migrated {
  /** As the portal keeps it. */
  readonly folder: string;
  /** The folder as one tar file. */
  readonly image: string;
}

let migrated: Promise<Migrated> | undefined;
let image: Promise<Blob> | undefined;

/**
 * The database of a portal under test. Embedded, it is in memory and migrated already. What a start from nothing does, test/system proves.
 *
 * @param url PostgreSQL's address, from `createTestDatabase()`; undefined: PGlite
 */
export async function openTestDatabase(url: string | undefined): Promise<Database> {
  if (url !== undefined) return openDatabase({ url });
  migrated ??= keepMigrated();
  image ??= migrated.then(async (kept) => new Blob([await readFile(kept.image)]));
  return openDatabase({ image: await image });
}

/**
 * Puts a migrated database where a portal looks for the embedded one, for tests that are not about a portal's first start.
 *
 * @param data the portal's `--data`, absolute; without a database yet
 */
export async function prepareTestDatabase(data: string): Promise<void> {
  migrated ??= keepMigrated();
  const { folder } = await migrated;
  await mkdir(data, { recursive: true, mode: 0o700 });
  await cp(folder, join(data, 'database'), { recursive: true });
}

/** Made once per version of PGlite and state of the migrations. Of processes that make it at the same time the first one's stays. */
async function keepMigrated(): Promise<Migrated> {
  const place = join(cache, `migrated-${await fingerprint()}`);
  const kept = { folder: join(place, 'folder'), image: join(place, 'image.tar') };
  const isThere = () =>
    stat(place).then(
      () => true,
      () => false,
    );
  if (await isThere()) return kept;
  await mkdir(cache, { recursive: true });
  const aside = await mkdtemp(join(cache, 'making-'));
  try {
    await make({ folder: join(aside, 'folder'), image: join(aside, 'image.tar') });
    await rename(aside, place).catch(async (error: unknown) => {
      if (!(await isThere())) throw error;
    });
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  const older = (await readdir(cache)).filter((name) => !name.startsWith('making-') && !place.endsWith(name));
  await Promise.all(older.map((name) => rm(join(cache, name), { recursive: true, force: true })));
  return kept;
}

async function fingerprint(): Promise<string> {
  const manifest = join(root, 'node_modules/@electric-sql/pglite/package.json');
  const files = (await readdir(migrations)).sort().map((name) => join(migrations, name));
  const hash = createHash('sha256');
  for (const file of [import.meta.filename, manifest, ...files]) hash.update(await readFile(file));
  return hash.digest('hex').slice(0, 16);
}

async function make({ folder, image }: Migrated): Promise<void> {
  const database = await openDatabase({ folder });
  await migrate(database, systemClock);
  await database.close();
  const client = await PGlite.create(folder);
  // Of the 128 MB that it would clear at each start, no test needs more than this.
  await client.exec("alter system set shared_buffers = '8MB'");
  // Nor does one make another database: what they would be copied from is a third of the files.
  await client.exec("update pg_database set datistemplate = false where datname like 'template_'");
  await client.exec('drop database template0');
  await client.exec('drop database template1');
  await client.exec('checkpoint');
  const dump = await client.dumpDataDir('none');
  await client.close();
  await writeFile(image, Buffer.from(await dump.arrayBuffer()));
  // Beside the folder, where `openDatabase` locks it.
  await rm(`${folder}.lock`, { force: true });
}
