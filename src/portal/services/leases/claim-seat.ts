import { sql } from 'drizzle-orm';
import type { Clock } from '../../clock.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { type Waiter, waitingBefore } from './seat-queue.ts';

/** Who wants to run, on which device. */
export interface Claimant {
  readonly accountId: string;
  /** Identity or cloud key. */
  readonly holderId: string;
  readonly deviceThumbprint: string;
}

export type Claim =
  | { readonly ok: true; readonly overage: boolean }
  /** `ahead`: of those who wait, how many come before; 0 for a named seat, for which nobody waits. */
  | { readonly ok: false; readonly total: number; readonly ahead: number };

/** A pool whose row this transaction has locked. */
export interface LockedPool {
  readonly id: string;
  readonly total: number;
  readonly overage: number;
}

/**
 * Locks pools until the transaction ends, so that their numbers of places hold at any concurrency. All that may be needed at once, in the
 * order of their ids: whoever would rather have one than the other must not wait for somebody who wants it the other way around.
 *
 * @returns those that are still there, by id
 */
export async function lockPools(
  tx: Tx,
  accountId: string,
  poolIds: readonly string[],
): Promise<ReadonlyMap<string, LockedPool>> {
  const locked = await rows<LockedPool & Record<string, unknown>>(
    tx,
    sql`select id, total, overage from pool where account_id = ${accountId} and id = any(${sql.param([...poolIds])}::uuid[])
      order by id for no key update`,
  );
  return new Map(locked.map((pool) => [pool.id, pool]));
}

/**
 * Takes a place of a floating pool. A place is one holder on one device: further programs on it take none. Leases whose time is over
 * hold none, by the time after the pool was locked: what the claimant had a moment before, another may have taken. Who has no place leaves
 * those that are free to the ones who wait longer.
 */
export async function claimFloatingSeat(
  tx: Tx,
  pool: LockedPool,
  claimant: Waiter,
  clock: Clock,
): Promise<Claim> {
  const { accountId, holderId, deviceThumbprint } = claimant;
  const now = clock.now();
  // It sees what whoever held the lock before has committed.
  const [use] = await rows<{ mine: number; others: number; ahead: number }>(
    tx,
    sql`with place as materialized (
        select distinct holder_id, device_thumbprint,
          holder_id = ${holderId} and device_thumbprint = ${deviceThumbprint} as mine
        from lease
        where account_id = ${accountId} and pool_id = ${pool.id} and ended_at is null
          and expires_at > ${new Date(now).toISOString()}::timestamptz
      )
      select count(*) filter (where mine)::int as mine, count(*) filter (where not mine)::int as others,
        (${waitingBefore(claimant, pool.id, now)}) as ahead
      from place`,
  );
  const { mine = 0, others = 0, ahead = 0 } = use ?? {};
  // What runs already is not asked to stop when the pool shrank, or when somebody waits.
  if (mine > 0) return { ok: true, overage: others >= pool.total };
  const taken = others + ahead;
  if (taken < pool.total + pool.overage) return { ok: true, overage: taken >= pool.total };
  return { ok: false, total: pool.total, ahead };
}

/**
 * Takes the right of a named seat on one more device. The seat's row stays locked until the transaction ends.
 *
 * @returns `ok: false` with `total` devices when the seat is in use on as many as it may be; null when the seat was withdrawn
 */
export async function claimNamedSeat(
  tx: Tx,
  seat: { seatId: string; devicesPerSeat: number },
  claimant: Claimant,
  clock: Clock,
): Promise<Claim | null> {
  const { accountId, deviceThumbprint } = claimant;
  const locked = await rows(
    tx,
    sql`select id from seat where account_id = ${accountId} and id = ${seat.seatId} for no key update`,
  );
  if (locked.length === 0) return null;
  const [use] = await rows<{ devices: number }>(
    tx,
    sql`select count(distinct device_thumbprint)::int as devices from lease
      where account_id = ${accountId} and seat_id = ${seat.seatId} and ended_at is null
        and expires_at > ${new Date(clock.now()).toISOString()}::timestamptz and device_thumbprint <> ${deviceThumbprint}`,
  );
  return (use?.devices ?? 0) < seat.devicesPerSeat
    ? { ok: true, overage: false }
    : { ok: false, total: seat.devicesPerSeat, ahead: 0 };
}
