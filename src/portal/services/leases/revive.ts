import { sql } from 'drizzle-orm';
import type { Clock } from '../../clock.ts';
import type { Portal, Principal } from '../../context.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { withRetry } from '../../db/with-retry.ts';
import { claimFloatingSeat, claimNamedSeat, lockPools } from './claim-seat.ts';
import { endLeases, type LeaseEnd } from './end-leases.ts';
import { endOfTerm, grantRight, type Right } from './grant.ts';
import { type Ask, ended, type Renewal, sequenceAhead } from './renewal.ts';

interface ReviveRow
  extends Record<string, unknown>,
    Omit<Right, 'leaseId' | 'accountId' | 'expiresAt' | 'seq'> {
  devicesPerSeat: number;
  endCode: LeaseEnd['code'] | null;
  endDetail: string | null;
}

/**
 * Decides about a lease that a renewal left: its time was over or nearly so, its pool ended, or its seat went. A device that was away for
 * longer than its lease goes on in the same one when its place is still free.
 */
export function reviveLease(portal: Portal, principal: Principal, ask: Ask): Promise<Renewal> {
  const { accountId } = principal;
  return withRetry(() =>
    portal.database.inAccount(accountId, async (tx) => {
      const now = portal.clock.now();
      const row = await findLease(tx, accountId, ask);
      if (row === undefined) return ended(ask.leaseId, 'lease-ended');
      if (row.endCode !== null) return ended(ask.leaseId, row.endCode, row.endDetail);
      const refusal = await claimAgain(tx, accountId, row, ask, portal.clock);
      if (typeof refusal === 'string') {
        await endLeases(tx, { accountId, leaseId: ask.leaseId }, { code: refusal, now });
        return ended(ask.leaseId, refusal);
      }
      const term = endOfTerm(row.kind, portal, now);
      const expiresAt = Math.min(term, row.poolEndsAt ?? Number.POSITIVE_INFINITY);
      const [lease] = await rows<{ seq: number }>(
        tx,
        sql`update lease set seq = greatest(seq, least(${ask.seq}::bigint, seq + ${sequenceAhead})) + 1, overage = ${refusal.overage},
            renewed_at = ${iso(now)}::timestamptz, expires_at = ${iso(expiresAt)}::timestamptz
          where account_id = ${accountId} and id = ${ask.leaseId} and ended_at is null returning seq::float8 as seq`,
      );
      if (lease === undefined) return ended(ask.leaseId, 'lease-ended');
      const right = { ...row, leaseId: ask.leaseId, accountId, expiresAt, seq: lease.seq };
      return { outcome: 'renewed', ...grantRight(portal, right, now) };
    }),
  );
}

/** The claim, or the code with which the lease ends. */
async function claimAgain(
  tx: Tx,
  accountId: string,
  row: ReviveRow,
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
  const pool = (await lockPools(tx, accountId, [row.poolId])).get(row.poolId);
  const claim = pool && (await claimFloatingSeat(tx, pool, claimant, clock));
  return claim?.ok ? claim : 'no-seat-free';
}

async function findLease(tx: Tx, accountId: string, ask: Ask): Promise<ReviveRow | undefined> {
  const found = await rows<ReviveRow>(
    tx,
    sql`select l.kind, ac.name as "accountName", l.pool_id as "poolId", l.seat_id as "seatId", l.product_code as product,
        pr.name as "productName", p.version_from as "versionFrom", p.version_to as "versionTo", l.features,
        l.holder_name as "holderName", l.device_thumbprint as "deviceThumbprint", p.devices_per_seat as "devicesPerSeat",
        (extract(epoch from p.ends_at) * 1000)::float8 as "poolEndsAt", l.end_code as "endCode", l.end_detail as "endDetail"
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
