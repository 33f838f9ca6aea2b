import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { AldabaError, type ErrorCode } from '../../../contract/errors.ts';
import type { Grant, licenses } from '../../../contract/portal/licenses.ts';
import { audit } from '../../audit/audit.ts';
import type { Clock } from '../../clock.ts';
import type { Portal, Principal, RequestInfo } from '../../context.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { withRetry } from '../../db/with-retry.ts';
import { actorOf } from '../sessions.ts';
import { claimantOf, holdSession } from './acquire.ts';
import { type Claimant, claimFloatingSeat, type LockedPool, lockPools } from './claim-seat.ts';
import { endOfBorrow, grantRight, type Right } from './grant.ts';

type BorrowInput = z.output<NonNullable<(typeof licenses.borrow)['~orpc']['inputSchema']>>;

/**
 * Lends the caller's device its own floating lease: it runs so many days from now, as far as the pool and the certificate that signs it
 * last, and keeps its place for as long. Again, it never ends sooner than before: the device may not hear of it.
 *
 * @throws `lease-ended`, `lease-reclaimed`, `borrow-unavailable`, `borrow-too-long`, `no-seat-free` (also for a place beyond the total),
 *   `session-ended` when it ended meanwhile
 */
export function borrowLease(
  portal: Portal,
  principal: Principal,
  { leaseId, days }: BorrowInput,
  request: RequestInfo,
): Promise<Grant> {
  const { accountId } = principal;
  const lend = () =>
    portal.database.inAccount(accountId, async (tx) => {
      await holdSession(tx, principal);
      const now = portal.clock.now();
      const { row, pool } = await lockOwnLease(tx, principal, leaseId);
      requireLendable(row, days, now);
      await requirePlace(tx, portal, principal, row, pool);
      const expiresAt = endOfLending(portal, row, days, now);
      const seq = await markBorrowed(tx, accountId, leaseId, expiresAt, now);
      const grant = grantRight(portal, { ...row, accountId, kind: 'borrow', expiresAt, seq }, now);
      const { product, holderName: holder, device } = row;
      await audit(tx, {
        accountId,
        at: now,
        action: 'lease.borrowed',
        actor: principal.kind === 'person' ? actorOf(principal) : { kind: 'key', id: principal.keyId },
        subject: { kind: 'lease', id: leaseId, product, holder, device },
        after: { days, until: grant.expiresAt },
        address: request.address,
        device: principal.device.thumbprint,
        requestId: request.id,
      });
      return grant;
    });
  return withRetry(lend);
}

interface BorrowRow extends Record<string, unknown>, Omit<Right, 'accountId' | 'seq'> {
  device: string;
  endCode: ErrorCode | null;
  endDetail: string | null;
  recalled: boolean;
  recallDetail: string | null;
}

/** The lease, its pool's row locked first, as whoever takes seats does. @throws `lease-ended` for one that is not the caller's device's own */
async function lockOwnLease(
  tx: Tx,
  principal: Principal,
  leaseId: string,
): Promise<{ row: BorrowRow; pool: LockedPool }> {
  const { accountId, holderId, deviceThumbprint } = claimantOf(principal);
  const own = sql`l.account_id = ${accountId} and l.id = ${leaseId} and l.holder_id = ${holderId}
    and l.device_thumbprint = ${deviceThumbprint}`;
  const [where] = await rows<{ pool: string }>(tx, sql`select l.pool_id as pool from lease l where ${own}`);
  const pool = where && (await lockPools(tx, accountId, [where.pool])).get(where.pool);
  const [row] = await rows<BorrowRow>(
    tx,
    sql`select l.id as "leaseId", l.kind, ac.name as "accountName", l.pool_id as "poolId", l.seat_id as "seatId",
        l.product_code as product, pr.name as "productName", p.version_from as "versionFrom", p.version_to as "versionTo", l.features,
        l.holder_name as "holderName", l.device_thumbprint as "deviceThumbprint", l.device_name as device,
        (extract(epoch from l.expires_at) * 1000)::float8 as "expiresAt", (extract(epoch from p.ends_at) * 1000)::float8 as "poolEndsAt",
        p.borrow_days as "borrowDays", l.end_code as "endCode", l.end_detail as "endDetail", l.recall_code is not null as recalled,
        l.recall_detail as "recallDetail"
      from lease l
      join pool p on p.account_id = l.account_id and p.id = l.pool_id
      join product pr on pr.code = l.product_code
      join account ac on ac.id = l.account_id
      where ${own} for no key update of l`,
  );
  if (pool === undefined || row === undefined)
    throw new AldabaError('lease-ended', 'no such lease of this device');
  return { row, pool };
}

function requireLendable(row: BorrowRow, days: number, now: number): void {
  const { product, productName, borrowDays } = row;
  const data = { product: productName };
  const detail = row.endDetail ?? row.recallDetail;
  // One that runs still goes on holding its place: see `reviveLease`.
  if (row.endCode === 'lease-reclaimed' || (row.recalled && row.endCode === null))
    throw new AldabaError('lease-reclaimed', product, { ...data, ...(detail === null ? {} : { detail }) });
  if (row.endCode !== null) throw new AldabaError('lease-ended', row.endCode, data);
  if (row.seatId !== null || borrowDays === 0) throw new AldabaError('borrow-unavailable', product, data);
  if (days > borrowDays) throw new AldabaError('borrow-too-long', product, { ...data, maximum: borrowDays });
  if (row.poolEndsAt !== null && row.poolEndsAt <= now)
    throw new AldabaError('lease-ended', 'its pool is over', data);
}

/**
 * A lease whose time is over has its place only while nobody else does. Of a pool with more running than its total, those are within it
 * that are not marked as beyond.
 *
 * @throws `no-seat-free`
 */
async function requirePlace(
  tx: Tx,
  { clock }: Portal,
  principal: Principal,
  { product, productName }: BorrowRow,
  pool: LockedPool,
): Promise<void> {
  const claimant = { ...claimantOf(principal), product };
  const claim = await claimFloatingSeat(tx, pool, claimant, clock);
  if (claim.ok && (!claim.overage || (await othersWithinTotal(tx, pool, claimant, clock)) < pool.total))
    return;
  const data = { product: productName, total: pool.total, available: 0 };
  throw new AldabaError('no-seat-free', `${product}: no place of the total`, data);
}

async function othersWithinTotal(
  tx: Tx,
  pool: LockedPool,
  { accountId, holderId, deviceThumbprint }: Claimant,
  clock: Clock,
): Promise<number> {
  const [use] = await rows<{ others: number }>(
    tx,
    sql`select count(distinct (holder_id, device_thumbprint))::int as others from lease
      where account_id = ${accountId} and pool_id = ${pool.id} and ended_at is null and not overage
        and expires_at > ${new Date(clock.now()).toISOString()}::timestamptz
        and (holder_id, device_thumbprint) <> (${holderId}::uuid, ${deviceThumbprint})`,
  );
  return use?.others ?? 0;
}

/** Milliseconds of UTC. */
function endOfLending(portal: Portal, row: BorrowRow, days: number, now: number): number {
  const until = Math.min(endOfBorrow(days, portal, now), row.poolEndsAt ?? Number.POSITIVE_INFINITY);
  return row.kind === 'borrow' ? Math.max(until, row.expiresAt) : until;
}

async function markBorrowed(
  tx: Tx,
  accountId: string,
  leaseId: string,
  expiresAt: number,
  now: number,
): Promise<number> {
  const [lease] = await rows<{ seq: number }>(
    tx,
    sql`update lease set kind = 'borrow', seq = seq + 1, overage = false, renewed_at = ${new Date(now).toISOString()}::timestamptz,
        expires_at = ${new Date(expiresAt).toISOString()}::timestamptz
      where account_id = ${accountId} and id = ${leaseId} and ended_at is null returning seq::float8 as seq`,
  );
  if (lease === undefined) throw new Error('the lease is locked');
  return lease.seq;
}
