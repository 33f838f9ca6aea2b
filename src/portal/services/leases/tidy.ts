import { sql } from 'drizzle-orm';
import type { Portal } from '../../context.ts';
import { forgetWaiters } from './seat-queue.ts';

/** After its end, how long a lease waits for its device to come back to it. */
const lateMilliseconds = 86_400_000;
/** How long an ended lease can still say why: a pass of 30 days may be asked about that long after. */
const rememberedMilliseconds = 60 * 86_400_000;
/** Before passes cannot be signed any more, how long the log asks for the next signing key. */
const keyWarningMilliseconds = 30 * 86_400_000;

/**
 * Puts leases whose time has long been over into their history, and drops what nobody asks for any more. Seats do not depend on it: they
 * are counted by time. Asks in the log for the next signing key in time. Safe at any time, on any number of nodes.
 */
export async function tidyLicenses(portal: Portal): Promise<void> {
  const now = portal.clock.now();
  const before = (milliseconds: number) => sql`${new Date(now - milliseconds).toISOString()}::timestamptz`;
  const keyDue = portal.keys.signing.endsAt - portal.settings.licensing.pass * 1000;
  if (now > keyDue - keyWarningMilliseconds)
    portal.log.warn({ due: new Date(keyDue).toISOString() }, 'the next signing key is needed');
  const { queries } = portal.database;
  await queries.execute(sql`
    update lease set ended_at = ${before(0)}, end_code = coalesce(recall_code, 'lease-ended'), end_detail = recall_detail
    from (select account_id, id from lease where ended_at is null and expires_at < ${before(lateMilliseconds)}
      order by id for no key update skip locked) late
    where lease.account_id = late.account_id and lease.id = late.id`);
  await queries.execute(sql`delete from lease where ended_at < ${before(rememberedMilliseconds)}`);
  await forgetWaiters(portal);
  await queries.execute(sql`delete from download_link where expires_at < ${before(0)}`);
}
