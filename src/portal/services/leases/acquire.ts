import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { AldabaError, type ErrorCode } from '../../../contract/errors.ts';
import type { Grant, licenses } from '../../../contract/portal/licenses.ts';
import type { Clock } from '../../clock.ts';
import type { Portal, Principal } from '../../context.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { withRetry } from '../../db/with-retry.ts';
import { newId } from '../../ids.ts';
import { idempotent } from '../idempotent.ts';
import {
  type Claimant,
  claimFloatingSeat,
  claimNamedSeat,
  type LockedPool,
  lockPools,
} from './claim-seat.ts';
import { endLeases } from './end-leases.ts';
import { findPools, type PoolForUse, type ProductForUse } from './find-pools.ts';
import { endOfTerm, grantRight, type Right } from './grant.ts';
import { listHolders } from './holders.ts';
import type { PlaceOfPool } from './recall-leases.ts';
import { endWaiting, NoSeatFree } from './seat-queue.ts';

type AcquireInput = z.output<NonNullable<(typeof licenses.acquire)['~orpc']['inputSchema']>>;

/** Identity or cloud key: whose seat it is. */
export function holderOf(principal: Principal): string {
  return principal.kind === 'person' ? principal.identityId : principal.keyId;
}

export function claimantOf(principal: Principal): Claimant {
  const { accountId, device } = principal;
  return { accountId, holderId: holderOf(principal), deviceThumbprint: device.thumbprint };
}

/**
 * Gives the caller's device the right to run a product: the seat that has most of what is asked for, among equals its named one, else a
 * place of a floating pool; with all features that the seat has. A device that has the lease already (it was restarted, or lost the
 * answer) gets its own again; one that borrowed it, what is borrowed.
 *
 * @throws `session-ended` when it ended meanwhile, `product-unknown`, `version-not-covered`, `no-seat-assigned`, `device-limit`,
 * `no-seat-free`, `lease-reclaimed` (it borrowed it, and has not let go of it yet), `idempotency-mismatch`
 */
export async function acquireLease(
  portal: Portal,
  principal: Principal,
  input: AcquireInput,
): Promise<Grant> {
  const { accountId, device } = principal;
  const { idempotencyKey, ...asked } = input;
  const repeatable = {
    accountId,
    owner: `${principal.kind}:${holderOf(principal)}`,
    key: idempotencyKey,
    operation: 'lease.acquire',
    request: { ...asked, device: device.thumbprint },
  };
  const take = () =>
    portal.database.inAccount(accountId, async (tx) => {
      await holdSession(tx, principal);
      const now = portal.clock.now();
      try {
        return await idempotent(tx, { ...repeatable, now }, async () => {
          const found = await findPools(tx, principal, asked, now);
          const taken = await takeSeat(tx, principal, found, portal.clock);
          await endWaiting(tx, { ...claimantOf(principal), product: found.product });
          return writeLease(tx, portal, principal, { ...found, ...taken, asked }, now);
        });
      } catch (error) {
        // Its place in the queue is the one thing that a refusal leaves behind.
        if (error instanceof NoSeatFree) return error.joining(tx);
        throw error;
      }
    });
  const outcome = await withRetry(take);
  if (outcome instanceof AldabaError) throw outcome;
  return outcome;
}

/**
 * Keeps the session from ending until the transaction does. The principal was read before it: whoever was suspended, deleted or signed
 * out meanwhile gets nothing, and whoever ends the session now waits and then finds the lease.
 */
export async function holdSession(tx: Tx, { sessionId, accountId }: Principal): Promise<void> {
  const [session] = await rows<{ ended: boolean }>(
    tx,
    sql`select ended_at is not null as ended from session where id = ${sessionId} and account_id = ${accountId} for share`,
  );
  if (session === undefined) throw new AldabaError('not-signed-in', 'the session went on in another account');
  if (session.ended) throw new AldabaError('session-ended');
}

async function takeSeat(
  tx: Tx,
  principal: Principal,
  found: ProductForUse,
  clock: Clock,
): Promise<{ pool: PoolForUse; overage: boolean }> {
  const { accountId } = principal;
  const claimant = { ...claimantOf(principal), product: found.product };
  const floating = found.pools.filter((pool) => pool.seatId === null).map((pool) => pool.id);
  let devices = 0;
  let total: number | undefined;
  let ahead = Number.POSITIVE_INFINITY;
  // None while a named seat will do: its holders do not wait for those of the floating ones.
  let locked: ReadonlyMap<string, LockedPool> | undefined;
  for (const pool of found.pools) {
    if (pool.seatId === null) {
      locked ??= await lockPools(tx, accountId, floating);
      const places = locked.get(pool.id);
      const claim = places && (await claimFloatingSeat(tx, places, claimant, clock));
      if (claim?.ok) return { pool, overage: claim.overage };
      total = (total ?? 0) + (claim?.total ?? 0);
      ahead = Math.min(ahead, claim?.ahead ?? ahead);
      continue;
    }
    const claim = await claimNamedSeat(tx, { ...pool, seatId: pool.seatId }, claimant, clock);
    if (claim?.ok) return { pool, overage: false };
    devices = claim?.total ?? devices;
  }
  const data = { product: found.productName };
  if (total !== undefined) {
    const holders = await visibleHolders(tx, principal, floating, clock.now());
    throw new NoSeatFree(
      { ...claimant, poolIds: floating },
      { ...data, total, available: 0, holders },
      Number.isFinite(ahead) ? ahead : 0,
      clock.now(),
    );
  }
  if (devices > 0) throw new AldabaError('device-limit', found.product, { ...data, total: devices });
  throw new AldabaError('no-seat-assigned', 'withdrawn at this moment', data);
}

/** Names are shown to those who may see seats; others learn how many there are. */
async function visibleHolders(tx: Tx, principal: Principal, poolIds: readonly string[], now: number) {
  if (principal.kind !== 'person' || !principal.permissions.has('seat:read')) return undefined;
  const holders = await listHolders(tx, principal.accountId, poolIds, now);
  return holders.slice(0, 100).map(({ name, device, since }) => ({ name, device, since }));
}

async function writeLease(
  tx: Tx,
  portal: Portal,
  principal: Principal,
  taken: ProductForUse & {
    pool: PoolForUse;
    overage: boolean;
    asked: Pick<AcquireInput, 'version'>;
  },
  now: number,
): Promise<Grant> {
  const { pool, overage, asked, product, productName, accountName } = taken;
  const { accountId, device, sessionId } = principal;
  const holderId = holderOf(principal);
  const own = { accountId, holderId, deviceThumbprint: device.thumbprint, product };
  const kind = pool.kind === 'named' ? 'offline-pass' : 'lease';
  const expiresAt = Math.min(endOfTerm(kind, portal, now), pool.endsAt ?? Number.POSITIVE_INFINITY);
  const holderName = principal.kind === 'person' ? principal.name.slice(0, 200) : '';
  const identityId = principal.kind === 'person' ? principal.identityId : null;
  const keyId = principal.kind === 'key' ? principal.keyId : null;
  const at = sql`${new Date(now).toISOString()}::timestamptz`;
  const until = sql`${new Date(expiresAt).toISOString()}::timestamptz`;
  // Its end and its place, which is within the total, stay.
  const borrowed = sql`l.kind = 'borrow' and l.expires_at > excluded.renewed_at`;
  const write = () =>
    rows<{ id: string; kind: Right['kind']; expires_at: number; seq: number }>(
      tx,
      sql`insert into lease as l (account_id, id, pool_id, product_code, kind, seat_id, identity_id, key_id, session_id, holder_name,
        device_thumbprint, device_name, version, features, overage, acquired_at, renewed_at, expires_at)
      values (${accountId}, ${newId(now)}, ${pool.id}, ${product}, ${kind}, ${pool.seatId}, ${identityId}, ${keyId}, ${sessionId},
        ${holderName}, ${device.thumbprint}, ${device.name}, ${asked.version}, ${sql.param(pool.features)}::text[], ${overage}, ${at}, ${at}, ${until})
      on conflict (account_id, pool_id, holder_id, device_thumbprint, product_code) where ended_at is null do update set
        seat_id = excluded.seat_id, session_id = excluded.session_id, holder_name = excluded.holder_name,
        device_name = excluded.device_name, version = excluded.version, features = excluded.features,
        acquired_at = case when l.expires_at > excluded.renewed_at then l.acquired_at else excluded.acquired_at end,
        renewed_at = excluded.renewed_at, seq = l.seq + 1,
        kind = case when ${borrowed} then l.kind else excluded.kind end,
        overage = case when ${borrowed} then l.overage else excluded.overage end,
        expires_at = case when ${borrowed} then l.expires_at else excluded.expires_at end
        where l.recall_code is null
      returning id, kind, (extract(epoch from expires_at) * 1000)::float8 as expires_at, seq::float8 as seq`,
    );
  let [lease] = await write();
  const here = { ...own, poolId: pool.id };
  // Of what is recalled that alone ends whose time is over.
  if (lease === undefined && (await endLeases(tx, here, { code: 'lease-ended', now })).length > 0)
    [lease] = await write();
  if (lease === undefined) throw await recalled(tx, here, productName);
  // A seat of another kind that the device had before is not needed any more. What it borrowed it gives back itself, once it has this one.
  await endLeases(tx, { ...own, exceptLeaseId: lease.id }, { code: 'lease-ended', now });
  const right = {
    leaseId: lease.id,
    kind: lease.kind,
    accountId,
    accountName,
    poolId: pool.id,
    seatId: pool.seatId,
    product,
    productName,
    versionFrom: pool.versionFrom,
    versionTo: pool.versionTo,
    // All that the seat has: the lease is the device's, whose next program may ask for others.
    features: pool.features,
    holderName,
    deviceThumbprint: device.thumbprint,
    seq: lease.seq,
    expiresAt: lease.expires_at,
    poolEndsAt: pool.endsAt,
    borrowDays: pool.borrowDays,
  } as const;
  return grantRight(portal, right, now);
}

/** What the device hears of what was taken back: the document that it may have runs on, so that the place is not free before its receipt. */
async function recalled(
  tx: Tx,
  { accountId, poolId, holderId, deviceThumbprint, product }: PlaceOfPool & { readonly product: string },
  productName: string,
): Promise<AldabaError> {
  const [lease] = await rows<{ leaseId: string; code: ErrorCode; detail: string }>(
    tx,
    sql`select id as "leaseId", recall_code as code, recall_detail as detail from lease
      where account_id = ${accountId} and pool_id = ${poolId} and holder_id = ${holderId}
        and device_thumbprint = ${deviceThumbprint} and product_code = ${product} and ended_at is null`,
  );
  if (lease === undefined) throw new Error('a recalled lease is locked');
  const { leaseId, code, detail } = lease;
  return new AldabaError(code, product, { product: productName, leaseId, detail });
}
