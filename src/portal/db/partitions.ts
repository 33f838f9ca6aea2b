import { sql } from 'drizzle-orm';
import type { Tx } from './database.ts';

/** Tables partitioned by month. */
const tables = ['audit', 'lease_history'];

/** Makes the partitions of this month and the two that follow; the worker calls it hourly. */
export async function ensurePartitions(tx: Tx, now: number): Promise<void> {
  // Two nodes would make the same table.
  await tx.execute(sql`select pg_advisory_xact_lock(${0x414c4443})`);
  for (const table of tables)
    await tx.execute(
      sql`call ensure_month_partitions(${table}::regclass, ${new Date(now).toISOString()}::timestamptz, 2)`,
    );
}
