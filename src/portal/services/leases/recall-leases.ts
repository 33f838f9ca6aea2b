import { sql } from 'drizzle-orm';
import type { ErrorCode } from '../../../contract/errors.ts';
import type { Portal } from '../../context.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { endLeases, type WhichLeases } from './end-leases.ts';

/** A place: one holder on one device, whatever runs there. */
export interface PlaceOfPool {
  readonly accountId: string;
  readonly poolId: string;
  readonly holderId: string;
  readonly deviceThumbprint: string;
}

/** Locks all that runs on a place in the order of its ids, like renewals: what ends and what is recalled are two statements. */
export async function lockPlace(
  tx: Tx,
  { accountId, poolId, holderId, deviceThumbprint }: PlaceOfPool,
): Promise<void> {
  await tx.execute(
    sql`select from lease where account_id = ${accountId} and pool_id = ${poolId} and holder_id = ${holderId}
      and device_thumbprint = ${deviceThumbprint} and ended_at is null order by id for no key update`,
  );
}

/**
 * Takes back what is borrowed on a place whose pool is locked. It keeps the place until its device hears of it, or its time is over. What
 * was recalled before stays so, with its reason.
 *
 * @returns how many are recalled now that were not, and when the place is free at the latest, ms of UTC; null when nothing holds it
 */
export async function recallLeases(
  tx: Tx,
  { accountId, poolId, holderId, deviceThumbprint }: PlaceOfPool,
  recall: { code: ErrorCode; detail: string; now: number },
): Promise<{ recalled: number; freeAt: number | null }> {
  const held = sql`account_id = ${accountId} and pool_id = ${poolId} and holder_id = ${holderId}
    and device_thumbprint = ${deviceThumbprint} and ended_at is null and kind = 'borrow'
    and expires_at > ${new Date(recall.now).toISOString()}::timestamptz`;
  const recalled = await rows(
    tx,
    sql`update lease set recall_code = ${recall.code}, recall_detail = ${recall.detail}
      from (select id as recalled from lease where ${held} and recall_code is null order by id for no key update) borrowed
      where account_id = ${accountId} and id = borrowed.recalled returning id`,
  );
  const [last] = await rows<{ at: number | null }>(
    tx,
    sql`select (extract(epoch from max(expires_at)) * 1000)::float8 as at from lease where ${held}`,
  );
  return { recalled: recalled.length, freeAt: last?.at ?? null };
}

/** Leases of the caller's own device that are in the way and were taken back: its transaction is undone, they end, it is done anew. */
export class RecalledError extends Error {
  readonly which: WhichLeases & { readonly accountId: string };

  constructor(which: RecalledError['which']) {
    super('the lease was taken back');
    this.which = which;
  }
}

/**
 * Does what a device asks for. A recalled lease that it meets ends in a transaction of its own, so that it has ended also where the device
 * is refused then: its place is competed for like any other.
 */
export async function pastRecalled<T>(portal: Portal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RecalledError)) throw error;
    const { which } = error;
    await portal.database.inAccount(which.accountId, (tx) =>
      // Another request of the device may have ended it before, and have a lease there by now.
      endLeases(
        tx,
        { ...which, recalled: true, withBorrowed: true },
        { code: 'lease-ended', now: portal.clock.now() },
      ),
    );
    return pastRecalled(portal, work);
  }
}
