import type { z } from 'zod';
import type { ErrorCode } from '../../../contract/errors.ts';
import type { licenses } from '../../../contract/portal/licenses.ts';
import { createBatcher } from '../../batcher.ts';
import type { Portal, Principal } from '../../context.ts';
import type { Tx } from '../../db/database.ts';
import { run, type Statement } from '../../db/run.ts';
import { withRetry } from '../../db/with-retry.ts';
import { holderOf } from './acquire.ts';
import { endOfTerm, grantRight, type Right } from './grant.ts';
import { type Ask, ended, type Renewal, sequenceAhead } from './renewal.ts';
import { reviveLease } from './revive.ts';

type RenewInput = z.output<NonNullable<(typeof licenses.renew)['~orpc']['inputSchema']>>;
type RenewOutput = z.output<NonNullable<(typeof licenses.renew)['~orpc']['outputSchema']>>;

/** Requests whose leases are renewed by one statement at most. A request holds one lease or two, and 100 at most (the contract). */
const requestsTogether = 50;

/**
 * Renews all leases of a device in one go. A lease whose time is over and whose seat nobody took goes on too. One that ended says why.
 * Devices of one company that ask at the same time share a transaction, and with it its round trips and its flush to disk. Each is
 * answered and its rights are signed by itself.
 *
 * @throws `unavailable` when a right of this device cannot be signed
 */
export async function renewLeases(
  portal: Portal,
  principal: Principal,
  input: RenewInput,
): Promise<RenewOutput> {
  const { accountId } = principal;
  const holderId = holderOf(principal);
  const deviceThumbprint = principal.device.thumbprint;
  const asks = input.leases.map(({ leaseId, seq }) => ({ leaseId, seq, holderId, deviceThumbprint }));
  const { found, now } = await batcherOf(portal)(accountId, asks);
  const results: Renewal[] = [];
  for (const ask of asks) {
    const row = found.get(keyOf({ id: ask.leaseId, holder_id: holderId, device: deviceThumbprint }));
    results.push(await outcomeOf(portal, principal, ask, row, now));
  }
  return { serverTime: new Date(portal.clock.now()).toISOString(), results };
}

/** What one statement did: the leases of all who shared it, by `keyOf`, at one moment. */
interface Renewed {
  readonly found: ReadonlyMap<string, RenewRow>;
  /** Milliseconds of UTC. */
  readonly now: number;
}
type Batcher = (accountId: string, asks: readonly Ask[]) => Promise<Renewed>;

const batchers = new WeakMap<Portal, Batcher>();

function batcherOf(portal: Portal): Batcher {
  let batcher = batchers.get(portal);
  if (batcher === undefined) {
    batcher = createBatcher(async (accountId, requests: readonly (readonly Ask[])[]) => {
      const renewed = await renewTogether(portal, accountId, requests.flat());
      return requests.map(() => renewed);
    }, requestsTogether);
    batchers.set(portal, batcher);
  }
  return batcher;
}

async function renewTogether(portal: Portal, accountId: string, asks: readonly Ask[]): Promise<Renewed> {
  return withRetry(() =>
    portal.database.inAccount(accountId, async (tx) => {
      const now = portal.clock.now();
      const rows = await renewRows(tx, portal, accountId, asks, now);
      return { found: new Map(rows.map((row) => [keyOf(row), row])), now };
    }),
  );
}

function keyOf(row: { id: string; holder_id: string; device: string }): string {
  return `${row.id} ${row.holder_id} ${row.device}`;
}

function outcomeOf(
  portal: Portal,
  principal: Principal,
  ask: Ask,
  row: RenewRow | undefined,
  now: number,
): Renewal | Promise<Renewal> {
  if (row === undefined) return ended(ask.leaseId, 'lease-ended');
  if (row.end_code !== null) return ended(row.id, row.end_code, row.end_detail);
  // It runs no more, or not for long, or is taken back, but nobody ended it: decided under the pool's lock.
  if (row.renewed === null) return reviveLease(portal, principal, ask);
  const right = { ...row.renewed, leaseId: row.id, accountId: principal.accountId };
  return { outcome: 'renewed', ...grantRight(portal, right, now) };
}

/**
 * Seconds that a lease has to run yet to be renewed without its pool's lock: longer than a statement can wait (60 s, db/database.ts), so
 * that the renewal is through before anybody could count the place as free.
 */
const margin = 120;

/**
 * One statement for the whole batch: those that run are renewed, of the others it is read why not. What is borrowed keeps its end. Rows are
 * locked in the order of their ids, so that two batches never wait for each other. The condition on the seat notices one that was withdrawn
 * by other means.
 */
export const renewStatement: Statement = {
  name: 'renew-leases',
  text: `with asked as (
      select a.id, a.holder_id, a.device, max(a.seq) as seq
      from unnest($2::uuid[], $3::uuid[], $4::text[], $5::bigint[]) as a(id, holder_id, device, seq)
      group by a.id, a.holder_id, a.device
    ), locked as materialized (
      select l.id, a.seq as asked_seq
      from asked a join lease l on l.account_id = $1 and l.id = a.id
        and l.holder_id = a.holder_id and l.device_thumbprint = a.device
      where l.ended_at is null and l.recall_code is null and l.expires_at > $6::timestamptz + interval '${margin} seconds'
      order by l.id for no key update of l
    ), renewed as (
      update lease l set
        seq = greatest(l.seq, least(k.asked_seq, l.seq + ${sequenceAhead})) + 1,
        renewed_at = $6::timestamptz,
        expires_at = case l.kind when 'borrow' then l.expires_at
          else least(case l.kind when 'offline-pass' then $8::timestamptz else $7::timestamptz end, p.ends_at) end
      from locked k, pool p, product pr, account ac
      where l.account_id = $1 and l.id = k.id
        and p.account_id = $1 and p.id = l.pool_id and (p.ends_at is null or p.ends_at > $6::timestamptz)
        and (l.seat_id is null or exists (select from seat s where s.account_id = $1 and s.id = l.seat_id))
        and pr.code = l.product_code and ac.id = $1
      returning l.id, json_build_object('kind', l.kind, 'accountName', ac.name, 'poolId', l.pool_id, 'seatId', l.seat_id,
        'product', l.product_code, 'productName', pr.name, 'versionFrom', p.version_from, 'versionTo', p.version_to,
        'features', l.features, 'holderName', l.holder_name, 'deviceThumbprint', l.device_thumbprint, 'seq', l.seq,
        'expiresAt', extract(epoch from l.expires_at) * 1000, 'poolEndsAt', extract(epoch from p.ends_at) * 1000,
        'borrowDays', p.borrow_days) as row
    )
    select l.id, l.holder_id, l.device_thumbprint as device, r.row as renewed, l.end_code, l.end_detail
    from asked a
    join lease l on l.account_id = $1 and l.id = a.id and l.holder_id = a.holder_id and l.device_thumbprint = a.device
    left join renewed r on r.id = l.id`,
};

interface RenewRow {
  id: string;
  holder_id: string;
  device: string;
  /** Null when it was not renewed. */
  renewed: Omit<Right, 'leaseId' | 'accountId'> | null;
  end_code: ErrorCode | null;
  end_detail: string | null;
}

function renewRows(
  tx: Tx,
  portal: Portal,
  accountId: string,
  asks: readonly Ask[],
  now: number,
): Promise<RenewRow[]> {
  const instant = (milliseconds: number) => new Date(milliseconds).toISOString();
  return run<RenewRow>(tx, renewStatement, [
    accountId,
    asks.map((ask) => ask.leaseId),
    asks.map((ask) => ask.holderId),
    asks.map((ask) => ask.deviceThumbprint),
    asks.map((ask) => ask.seq),
    instant(now),
    instant(endOfTerm('lease', portal, now)),
    instant(endOfTerm('offline-pass', portal, now)),
  ]);
}
