import { sql } from 'drizzle-orm';
import type { Portal } from '../context.ts';
import { dropOldMonths } from '../db/drop-old-months.ts';
import { ensurePartitions } from '../db/partitions.ts';
import { tidyLicenses } from '../services/leases/tidy.ts';

/** Days that things are kept after they ended, where nobody asks for them any more. */
const keep = { sessions: 30, links: 90, mails: 30, idempotency: 1, spentTokens: 7 } as const;

/** Makes the coming partitions and drops what is over. Safe at any time, on any number of nodes. */
export async function cleanUp(portal: Portal): Promise<void> {
  const now = portal.clock.now();
  const before = (days: number) => new Date(now - days * 86_400_000).toISOString();
  const present = before(0);
  await portal.database.asService((tx) => ensurePartitions(tx, now));
  const { queries } = portal.database;
  for (const statement of [
    sql`delete from access_token where expires_at < ${present}::timestamptz`,
    sql`delete from account_ticket where expires_at < ${present}::timestamptz`,
    sql`delete from rate_limit where expire < ${present}::timestamptz`,
    sql`delete from guess where updated_at < ${before(1)}::timestamptz`,
    sql`delete from session where ended_at < ${before(keep.sessions)}::timestamptz or expires_at < ${before(keep.sessions)}::timestamptz
      or idle_until < ${before(keep.sessions)}::timestamptz`,
    // The token before the current one may be repeated at any time: a device may have died between two writes.
    sql`delete from refresh_token t using refresh_token next where t.rotated_at < ${before(keep.spentTokens)}::timestamptz
      and next.token_hash = t.next_hash and next.rotated_at is not null`,
    sql`delete from password_link where expires_at < ${before(keep.links)}::timestamptz`,
    sql`delete from mail where coalesce(sent_at, failed_at) < ${before(keep.mails)}::timestamptz`,
    sql`delete from idempotency where created_at < ${before(keep.idempotency)}::timestamptz`,
  ])
    await queries.execute(statement);
  await tidyLicenses(portal);
  const dropped = await portal.database.asService((tx) => dropOldMonths(tx, now));
  if (dropped.length > 0) portal.log.info({ dropped }, 'months of the journals are over');
}
