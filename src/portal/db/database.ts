import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdir } from 'node:fs/promises';
import { PGlite } from '@electric-sql/pglite';
import { drizzle as drizzlePostgres } from 'drizzle-orm/node-postgres';
import type { PgDatabase, PgQueryResultHKT, PgTransaction } from 'drizzle-orm/pg-core';
import { drizzle as drizzlePglite } from 'drizzle-orm/pglite';
import pg from 'pg';
import { pgliteTransactions, postgresTransactions, type Transactions } from './transactions.ts';

/** Queries outside of a transaction: one statement each, as the owner of the tables. */
export type Queries = PgDatabase<PgQueryResultHKT>;
/** Queries of one transaction. Pass it on; inside one, never go back to `Database` (embedded, there is one connection). */
export type Tx = PgTransaction<PgQueryResultHKT, Record<string, never>, Record<string, never>>;

/** PostgreSQL or the embedded PGlite, behind one type. */
export interface Database extends Transactions {
  readonly engine: 'postgres' | 'pglite';
  readonly queries: Queries;
  /** Runs several statements at once, without parameters: migrations. Holds one connection under a lock of the whole database. */
  exclusively<T>(work: (session: Session) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** One connection, outside of Drizzle. */
export interface Session {
  execute(statements: string): Promise<void>;
  query(text: string, values: unknown[]): Promise<Record<string, unknown>[]>;
}

/** `url`: PostgreSQL. `folder`: PGlite on disk. Neither: PGlite in memory. */
export interface DatabaseOptions {
  readonly url?: string | undefined;
  readonly folder?: string | undefined;
  /** In memory: begins as a copy of this data folder, which saves making one. */
  readonly image?: Blob | undefined;
  /** Connections of this node; PostgreSQL only. */
  readonly connections?: number | undefined;
  /** Milliseconds that PostgreSQL gets for an answer before its connection is given up: more than it gives itself (60 s). */
  readonly answerTimeout?: number | undefined;
}

/** Opens the database; `migrate` brings it up to date. */
export async function openDatabase(options: DatabaseOptions = {}): Promise<Database> {
  return options.url === undefined ? openPglite(options) : openPostgres(options.url, options);
}

/** 'ALDB' in ASCII: the advisory lock under which one node migrates. */
const migrationLock = 0x414c4442;

function openPostgres(url: string, { connections = 20, answerTimeout = 65_000 }: DatabaseOptions): Database {
  const server = {
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'aldaba-portal',
    // A host that vanishes without a word is noticed by these alone: TCP by itself waits for a quarter of an hour.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  };
  const pool = new pg.Pool({
    ...server,
    max: connections,
    idleTimeoutMillis: 60_000,
    query_timeout: answerTimeout,
    // A statement that outlives its caller frees its connection.
    statement_timeout: 60_000,
    idle_in_transaction_session_timeout: 60_000,
  });
  // A connection that breaks while idle is replaced at its next use; without a listener it would end the process.
  pool.on('error', () => undefined);
  return {
    engine: 'postgres',
    queries: drizzlePostgres(pool),
    ...postgresTransactions(pool),
    async exclusively(work) {
      // Not the pool's: a migration takes as long as it takes.
      const client = new pg.Client(server);
      client.on('error', () => undefined);
      await client.connect();
      try {
        await client.query('select pg_advisory_lock($1)', [migrationLock]);
        return await work({
          execute: async (statements) => {
            await client.query(statements);
          },
          query: async (text, values) => (await client.query(text, values)).rows,
        });
      } finally {
        // Closing the connection gives the lock back whatever state the work left it in.
        await client.end();
      }
    },
    close: () => pool.end(),
  };
}

/**
 * Keeps every other process from a folder until it is called, or until this process ends, however it ends (docs/adr/0031).
 *
 * @throws when another process has it: two would ruin each other's files
 */
async function lockFolder(folder: string): Promise<() => void> {
  const { DatabaseSync } = await import('node:sqlite');
  const file = new DatabaseSync(`${folder}.lock`, { timeout: 0 });
  try {
    file.exec('begin exclusive');
  } catch (error) {
    file.close();
    throw new Error(`the embedded database in ${folder} is open in another process`, { cause: error });
  }
  return () => file.close();
}

async function openPglite({ folder, image }: DatabaseOptions): Promise<Database> {
  if (folder !== undefined) await mkdir(folder, { recursive: true, mode: 0o700 });
  const unlock = folder === undefined ? () => undefined : await lockFolder(folder);
  const client = await PGlite.create({
    ...(folder === undefined ? {} : { dataDir: folder }),
    ...(image === undefined ? {} : { loadDataDir: image }),
  });
  const inside = new AsyncLocalStorage<true>();
  return {
    engine: 'pglite',
    queries: drizzlePglite(refuseInside(client, inside)),
    ...pgliteTransactions(refuseInside(client, inside), inside),
    exclusively: (work) =>
      work({
        execute: async (statements) => {
          await client.exec(statements);
        },
        query: async (text, values) => (await client.query<Record<string, unknown>>(text, values)).rows,
      }),
    async close() {
      await client.close();
      unlock();
    },
  };
}

/** The outer client inside a transaction would wait for itself for ever: an error names the mistake instead. */
function refuseInside(client: PGlite, inside: AsyncLocalStorage<true>): PGlite {
  return new Proxy(client, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]) => {
        if (inside.getStore())
          throw new Error('the outer database was used inside a transaction: pass its tx');
        return Reflect.apply(value, target, args);
      };
    },
  });
}
