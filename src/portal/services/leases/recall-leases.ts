import { sql } from 'drizzle-orm';
import type { ErrorCode } from '../../../contract/errors.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';

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
 * Takes back what is borrowed on a place whose pool is locked. It keeps the place until its device let go of it, or its time is over. What
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
