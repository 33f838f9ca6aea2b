import type { AsyncLocalStorage } from 'node:async_hooks';
import type { PGlite } from '@electric-sql/pglite';
import { NodePgSession, NodePgTransaction } from 'drizzle-orm/node-postgres/session';
import { PgDialect } from 'drizzle-orm/pg-core';
import { PgliteSession, PgliteTransaction } from 'drizzle-orm/pglite/session';
import type pg from 'pg';
import { idSchema } from '../../contract/primitives.ts';
import type { Tx } from './database.ts';

export interface Transactions {
  /** A transaction as the owner of the tables, over all accounts: signing in, links, workers. */
  asService<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * A transaction that sees the rows of one account and nothing else, whatever its queries say (row-level security).
   * Everything that a person of an account causes runs here. No mail, hashing or DNS inside.
   */
  inAccount<T>(accountId: string, work: (tx: Tx) => Promise<T>): Promise<T>;
}

const dialect = new PgDialect();

/** What opens an account's transaction, in one round trip. The id is checked because it becomes part of the statement. */
function enterAccount(accountId: string): string {
  return `set local role aldaba_account; set local aldaba.account_id = '${idSchema.parse(accountId)}'`;
}

/** One word: a connection that does not even do that in 5 s is thrown away. */
const rollback: pg.QueryConfig & { query_timeout: number } = { text: 'rollback', query_timeout: 5_000 };

/** Each on a connection of its own; one that broke is thrown away. */
export function postgresTransactions(pool: pg.Pool): Transactions {
  async function run<T>(begin: string, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken = false;
    const noteBroken = () => {
      broken = true;
    };
    // The pool listens to idle connections alone: one that breaks in a transaction would end the process.
    client.on('error', noteBroken);
    try {
      await client.query(begin);
      const result = await work(
        new NodePgTransaction(dialect, new NodePgSession(client, dialect, undefined), undefined),
      );
      await client.query('commit');
      return result;
    } catch (error) {
      // The first error is the one to tell.
      await client.query(rollback).catch(noteBroken);
      throw error;
    } finally {
      client.off('error', noteBroken);
      client.release(broken);
    }
  }
  return {
    asService: (work) => run('begin', work),
    inAccount: async (accountId, work) => run(`begin; ${enterAccount(accountId)}`, work),
  };
}

/** On the one connection, one after the other. @param inside true for what runs in one, so that the outer client can refuse it */
export function pgliteTransactions(client: PGlite, inside: AsyncLocalStorage<true>): Transactions {
  function run<T>(enter: string | undefined, work: (tx: Tx) => Promise<T>): Promise<T> {
    return client.transaction((connection) =>
      inside.run(true, async () => {
        if (enter !== undefined) await connection.exec(enter);
        return work(
          new PgliteTransaction(dialect, new PgliteSession(connection, dialect, undefined), undefined),
        );
      }),
    );
  }
  return {
    asService: (work) => run(undefined, work),
    inAccount: async (accountId, work) => run(enterAccount(accountId), work),
  };
}
