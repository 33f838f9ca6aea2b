import type { SQL } from 'drizzle-orm';
import type { Queries, Tx } from './database.ts';

/** A statement with `$1`, `$2`... that the server prepares once per connection under its name. For the hot paths. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/**
 * Runs a prepared statement. Rows come as the driver reads them, instants excepted: they are text,
 * so select `extract(epoch from x) * 1000` where a number is needed.
 */
export async function run<Row>(on: Queries | Tx, statement: Statement, values: unknown[]): Promise<Row[]> {
  const { text, name } = statement;
  const prepared = on._.session.prepareQuery<{ execute: { rows: Row[] }; all: unknown; values: unknown }>(
    { sql: text, params: values },
    undefined,
    name,
    false,
  );
  return (await prepared.execute()).rows;
}

/** Rows of a statement written with Drizzle's `sql` template. */
export async function rows<Row extends Record<string, unknown>>(
  on: Queries | Tx,
  statement: SQL,
): Promise<Row[]> {
  return ((await on.execute(statement)) as { rows: Row[] }).rows;
}
