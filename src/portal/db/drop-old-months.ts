import { sql } from 'drizzle-orm';
import type { Tx } from './database.ts';
import { rows } from './run.ts';

/** Journals, partitioned by month. */
const journals = ['audit', 'lease_history'] as const;
/** Days that their entries are kept at least (docs/figures.md, "Passwords and mails"). */
const keptDays = 365;

/**
 * Drops the months of the journals of which every entry is older than a year. Of an account's chain the last hash that went stays in
 * `audit_chain`, so that what is left can be verified. Whoever reads a journal for long is not waited for: the next call tries again.
 *
 * @param now milliseconds of UTC
 * @returns the tables that went
 */
export async function dropOldMonths(tx: Tx, now: number): Promise<string[]> {
  await tx.execute(sql`set local lock_timeout = '2s'`);
  const dropped: string[] = [];
  for (const journal of journals) {
    const months = await rows<{ name: string }>(
      tx,
      sql`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = ${journal}::regclass order by c.relname`,
    );
    for (const { name } of months) {
      const end = endOfMonth(name);
      if (end === null || end > now - keptDays * 86_400_000) continue;
      if (journal === 'audit') await keepBase(tx, name);
      await tx.execute(sql`drop table ${sql.identifier(name)}`);
      dropped.push(name);
    }
  }
  return dropped;
}

/** Of `<journal>_YYYY_MM`, ms of UTC; null for the table of everything else. */
function endOfMonth(name: string): number | null {
  const [, year, month] = /_(\d{4})_(\d{2})$/.exec(name) ?? [];
  return year === undefined || month === undefined ? null : Date.UTC(Number(year), Number(month));
}

async function keepBase(tx: Tx, name: string): Promise<void> {
  await tx.execute(sql`
    update audit_chain chain set base_seq = last.seq, base_hash = last.hash
    from (select distinct on (account_id) account_id, seq, hash from ${sql.identifier(name)} order by account_id, seq desc) last
    where chain.account_id = last.account_id and coalesce(chain.base_seq, 0) < last.seq`);
}
