import { type SQL, sql } from 'drizzle-orm';
import type { ErrorCode } from '../../../contract/errors.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';

/** Which running leases end: all that fit every field given. */
export interface WhichLeases {
  /** May be left out in `asService` alone, with `sessionIds`. */
  readonly accountId?: string;
  readonly leaseId?: string;
  readonly seatId?: string;
  readonly poolId?: string;
  /** Identity or cloud key. */
  readonly holderId?: string;
  readonly sessionIds?: readonly string[];
  readonly deviceThumbprint?: string;
  readonly product?: string;
  readonly exceptLeaseId?: string;
  /**
   * Also those that are borrowed, before their time is over: for what their own device does alone. It may run where nobody hears, so that
   * whatever else ends leases leaves them their place; an administrator recalls them (recall-leases.ts).
   */
  readonly withBorrowed?: boolean;
}

export interface LeaseEnd {
  /**
   * What the holder's next renewal is answered with, unless the lease was recalled, which then says why: `lease-ended` (released, over), `lease-reclaimed`, `no-seat-assigned` (the seat was
   * withdrawn), `contact-suspended`, `session-ended` (the contact was deleted), `key-invalid` (the key was revoked).
   */
  readonly code: ErrorCode;
  /** Words for the holder. */
  readonly detail?: string;
  /** Milliseconds of UTC. */
  readonly now: number;
}

/**
 * Ends leases: their seats are free from now, and each holder hears of it at the next renewal. What is borrowed stays unless the caller
 * says `withBorrowed`. Works in `inAccount` and `asService`.
 *
 * @returns the ids of those that ran
 */
export async function endLeases(tx: Tx, which: WhichLeases, end: LeaseEnd): Promise<string[]> {
  const conditions: SQL[] = [];
  if (which.accountId !== undefined) conditions.push(sql`account_id = ${which.accountId}`);
  if (which.leaseId !== undefined) conditions.push(sql`id = ${which.leaseId}`);
  if (which.seatId !== undefined) conditions.push(sql`seat_id = ${which.seatId}`);
  if (which.poolId !== undefined) conditions.push(sql`pool_id = ${which.poolId}`);
  if (which.holderId !== undefined) conditions.push(sql`holder_id = ${which.holderId}`);
  if (which.sessionIds !== undefined)
    conditions.push(sql`session_id = any(${sql.param([...which.sessionIds])}::uuid[])`);
  if (which.deviceThumbprint !== undefined)
    conditions.push(sql`device_thumbprint = ${which.deviceThumbprint}`);
  if (which.product !== undefined) conditions.push(sql`product_code = ${which.product}`);
  const at = sql`${new Date(end.now).toISOString()}::timestamptz`;
  if (which.withBorrowed !== true) conditions.push(sql`(kind <> 'borrow' or expires_at <= ${at})`);
  const exception = which.exceptLeaseId === undefined ? sql`` : sql` and id <> ${which.exceptLeaseId}`;
  if (which.accountId === undefined && which.sessionIds === undefined)
    throw new Error('which leases end has to be said');
  const ended = await rows<{ id: string }>(
    tx,
    // Locked in the order of their ids, like renewals, so that neither waits for the other in a circle.
    sql`update lease set ended_at = ${at}, end_code = coalesce(recall_code, ${end.code}),
        end_detail = case when recall_code is null then ${end.detail ?? null}::text else recall_detail end
      from (select account_id, id from lease where ${sql.join(conditions, sql` and `)} and ended_at is null${exception}
        order by id for no key update) ending
      where lease.account_id = ending.account_id and lease.id = ending.id returning lease.id`,
  );
  return ended.map((row) => row.id);
}
