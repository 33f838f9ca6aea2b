import { sql } from 'drizzle-orm';
import type { Clock } from '../../clock.ts';
import type { Portal, Principal } from '../../context.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { withRetry } from '../../db/with-retry.ts';
import { claimFloatingSeat, claimNamedSeat, type LockedPool, lockPools } from './claim-seat.ts';
import { endLeases, type LeaseEnd } from './end-leases.ts';
import { endOfTerm, grantRight, type Right } from './grant.ts';
import { type Ask, ended, type Renewal, sequenceAhead } from './renewal.ts';

interface ReviveRow extends Record<string, unknown>, Omit<Right, 'leaseId' | 'accountId' | 'seq'> {
  devicesPerSeat: number;
  endCode: LeaseEnd['code'] | null;
  endDetail: string | null;
  recallCode: LeaseEnd['code'] | null;
  recallDetail: string | null;
}

/**
 * Decides about a lease that a renewal left: its time was over or nearly so, its pool ended, its seat went, or it was recalled, which its
 * device hears now. A device that was away for longer than its lease goes on in the same one when its place is still free; what was
 * borrowed is an ordinary lease then.
 */
export function reviveLease(portal: Portal, principal: Principal, ask: Ask): Promise<Renewal> {
  const { accountId } = principal;
  return withRetry(() =>
    portal.database.inAccount(accountId, async (tx) => {
      const now = portal.clock.now();
      const { row, pool } = await lockLease(tx, accountId, ask);
      if (row === undefined) return ended(ask.leaseId, 'lease-ended');
      if (row.endCode !== null) return ended(ask.leaseId, row.endCode, row.endDetail);
      const which = { accountId, leaseId: ask.leaseId, withBorrowed: true };
      if (row.recallCode !== null) {
        // This answer may be lost, and the document runs: the place is free when the device's receipt came, or the time is over.
        if (row.expiresAt <= now) await endLeases(tx, which, { code: row.recallCode, now });
        return ended(ask.leaseId, row.recallCode, row.recallDetail);
      }
      const refusal = await claimAgain(tx, accountId, row, pool, ask, portal.clock);
      if (typeof refusal === 'string') {
        await endLeases(tx, which, { code: refusal, now });
        return ended(ask.leaseId, refusal);
      }
      const { kind, expiresAt } = goesOn(portal, row, now);
      const [lease] = await rows<{ seq: number }>(
        tx,
        sql`update lease set seq = greatest(seq, least(${ask.seq}::bigint, seq + ${sequenceAhead})) + 1, kind = ${kind},
            overage = ${refusal.overage && kind !== 'borrow'}, renewed_at = ${iso(now)}::timestamptz, expires_at = ${iso(expiresAt)}::timestamptz
          where account_id = ${accountId} and id = ${ask.leaseId} and ended_at is null returning seq::float8 as seq`,
      );
      if (lease === undefined) return ended(ask.leaseId, 'lease-ended');
      const right = { ...row, leaseId: ask.leaseId, accountId, kind, expiresAt, seq: lease.seq };
      return { outcome: 'renewed', ...grantRight(portal, right, now) };
    }),
  );
}

/** What is borrowed keeps its end, and is a lease like others after it. */
function goesOn(
  portal: Portal,
  { kind, expiresAt, poolEndsAt }: ReviveRow,
  now: number,
): { kind: Right['kind']; expiresAt: number } {
  if (kind === 'borrow' && expiresAt > now) return { kind, expiresAt };
  const next = kind === 'borrow' ? 'lease' : kind;
  const term = endOfTerm(next, portal, now);
  return { kind: next, expiresAt: Math.min(term, poolEndsAt ?? Number.POSITIVE_INFINITY) };
}

/** A floating lease is read under its pool's lock: nobody lends it or takes it back meanwhile. */
async function lockLease(
  tx: Tx,
  accountId: string,
  ask: Ask,
): Promise<{ row: ReviveRow | undefined; pool?: LockedPool | undefined }> {
  const row = await findLease(tx, accountId, ask);
  if (row === undefined || row.seatId !== null) return { row };
  const pools = await lockPools(tx, accountId, [row.poolId]);
  return { row: await findLease(tx, accountId, ask), pool: pools.get(row.poolId) };
}

/** The claim, or the code with which the lease ends. */
async function claimAgain(
  tx: Tx,
  accountId: string,
  row: ReviveRow,
  pool: LockedPool | undefined,
  ask: Ask,
  clock: Clock,
): Promise<{ overage: boolean } | LeaseEnd['code']> {
  if (row.poolEndsAt !== null && row.poolEndsAt <= clock.now()) return 'lease-ended';
  const claimant = { accountId, holderId: ask.holderId, deviceThumbprint: ask.deviceThumbprint };
  if (row.seatId !== null) {
    const seat = { seatId: row.seatId, devicesPerSeat: row.devicesPerSeat };
    const claim = await claimNamedSeat(tx, seat, claimant, clock);
    if (claim === null) return 'no-seat-assigned';
    return claim.ok ? claim : 'device-limit';
  }
  const waiter = { ...claimant, product: row.product };
  const claim = pool && (await claimFloatingSeat(tx, pool, waiter, clock));
  return claim?.ok ? claim : 'no-seat-free';
}

async function findLease(tx: Tx, accountId: string, ask: Ask): Promise<ReviveRow | undefined> {
  const found = await rows<ReviveRow>(
    tx,
    sql`select l.kind, ac.name as "accountName", l.pool_id as "poolId", l.seat_id as "seatId", l.product_code as product,
        pr.name as "productName", p.version_from as "versionFrom", p.version_to as "versionTo", l.features,
        l.holder_name as "holderName", l.device_thumbprint as "deviceThumbprint", p.devices_per_seat as "devicesPerSeat",
        (extract(epoch from l.expires_at) * 1000)::float8 as "expiresAt", (extract(epoch from p.ends_at) * 1000)::float8 as "poolEndsAt",
        p.borrow_days as "borrowDays", l.end_code as "endCode", l.end_detail as "endDetail", l.recall_code as "recallCode",
        l.recall_detail as "recallDetail"
      from lease l
      join pool p on p.account_id = l.account_id and p.id = l.pool_id
      join product pr on pr.code = l.product_code
      join account ac on ac.id = l.account_id
      where l.account_id = ${accountId} and l.id = ${ask.leaseId} and l.holder_id = ${ask.holderId}
        and l.device_thumbprint = ${ask.deviceThumbprint}`,
  );
  return found[0];
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
