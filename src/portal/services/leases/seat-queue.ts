import { type SQL, sql } from 'drizzle-orm';
import { AldabaError, type ErrorData } from '../../../contract/errors.ts';
import type { Permission } from '../../../contract/permissions.ts';
import type { Portal } from '../../context.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { newId } from '../../ids.ts';
import type { Claimant } from './claim-seat.ts';

/** Seconds after which whoever waits should ask again. */
const askAgain = 30;
/** Who did not ask for longer than this does not wait any more. ms. */
const patience = 90_000;
/** What a person needs to be served. */
const toBeServed = 'license:activate' satisfies Permission;

/** Who asks for a seat of a product: they have one place in its queue, whatever they ask. */
export interface Waiter extends Claimant {
  readonly product: string;
}

const instant = (milliseconds: number) => sql`${new Date(milliseconds).toISOString()}::timestamptz`;

/**
 * How many wait for a place of the pool and come before the claimant. Several products of one device need one place, and none when it has
 * one of any pool that would do. Who has no open session in the company any more (signed out, suspended, gone, a revoked key), or a role
 * that takes no seats, is none of them. The pool's row is locked, so that who is counted cannot be served at the same time.
 *
 * @param now milliseconds of UTC
 */
export function waitingBefore(
  { accountId, holderId, deviceThumbprint, product }: Waiter,
  poolId: string,
  now: number,
): SQL {
  const since = instant(now - patience);
  return sql`
    select count(distinct (q.holder_id, q.device_thumbprint))::int from seat_queue q
    where q.account_id = ${accountId} and ${poolId} = any(q.pool_ids) and q.seen_at > ${since}
      and (q.holder_id, q.device_thumbprint) <> (${holderId}::uuid, ${deviceThumbprint})
      and exists (select from session s
        left join membership m on m.account_id = s.account_id and m.identity_id = s.identity_id
        left join role r on r.account_id = m.account_id and r.id = m.role_id
        where s.account_id = q.account_id and s.device_thumbprint = q.device_thumbprint and s.ended_at is null
          and (s.key_id = q.holder_id or s.identity_id = q.holder_id and (m.owner or ${toBeServed} = any(r.permissions))))
      and not exists (select from lease l
        where l.account_id = q.account_id and l.pool_id = any(q.pool_ids) and l.holder_id = q.holder_id
          and l.device_thumbprint = q.device_thumbprint and l.ended_at is null and l.expires_at > ${instant(now)})
      and not exists (select from seat_queue own
        where own.account_id = ${accountId} and own.holder_id = ${holderId} and own.device_thumbprint = ${deviceThumbprint}
          and (own.product_code = ${product} or ${poolId} = any(own.pool_ids)) and coalesce(own.seen_at, own.asked_at) > ${since}
          and (own.asked_at, own.id) < (q.asked_at, q.id))`;
}

/** The refusal, before it is known which place in the queue it gives. Thrown in the transaction that has locked the pools. */
export class NoSeatFree extends Error {
  readonly #waiter: Waiter & { readonly poolIds: readonly string[] };
  readonly #data: ErrorData;
  readonly #ahead: number;
  readonly #now: number;

  /** @param now milliseconds of UTC */
  constructor(
    waiter: Waiter & { readonly poolIds: readonly string[] },
    data: ErrorData,
    ahead: number,
    now: number,
  ) {
    super(`no seat of ${waiter.product} is free`);
    this.#waiter = waiter;
    this.#data = data;
    this.#ahead = ahead;
    this.#now = now;
  }

  /**
   * Writes down that the waiter asked: the first time it is noted only, from the second on it waits.
   *
   * @returns what the waiter is told: `no-seat-free` with its place in the queue
   */
  async joining(tx: Tx): Promise<AldabaError> {
    const { accountId, holderId, deviceThumbprint, product, poolIds } = this.#waiter;
    const at = instant(this.#now);
    const inTime = sql`coalesce(q.seen_at, q.asked_at) > ${instant(this.#now - patience)}`;
    const [place] = await rows<{ id: string }>(
      tx,
      sql`insert into seat_queue as q (account_id, id, product_code, holder_id, device_thumbprint, pool_ids, asked_at)
        values (${accountId}, ${newId(this.#now)}, ${product}, ${holderId}, ${deviceThumbprint},
          ${sql.param([...poolIds])}::uuid[], ${at})
        on conflict (account_id, holder_id, device_thumbprint, product_code) do update set
          pool_ids = excluded.pool_ids,
          asked_at = case when ${inTime} then q.asked_at else excluded.asked_at end,
          seen_at = case when ${inTime} then excluded.asked_at end
        returning id`,
    );
    if (place === undefined) throw new Error('the place in the queue was not written');
    const queue = { ticket: place.id, position: this.#ahead + 1 };
    return new AldabaError('no-seat-free', product, { ...this.#data, queue, retryAfter: askAgain });
  }
}

/** The waiter was served, from a pool that it waited for or another. */
export async function endWaiting(tx: Tx, waiter: Waiter): Promise<void> {
  const { accountId, holderId, deviceThumbprint, product } = waiter;
  await tx.execute(
    sql`delete from seat_queue where account_id = ${accountId} and holder_id = ${holderId}
      and device_thumbprint = ${deviceThumbprint} and product_code = ${product}`,
  );
}

/** Leaves the caller's own place in the queue. Again, or for one that is not theirs, nothing happens. */
export async function leaveQueue(portal: Portal, claimant: Claimant, ticket: string): Promise<void> {
  const { accountId, holderId, deviceThumbprint } = claimant;
  await portal.database.inAccount(accountId, (tx) =>
    tx.execute(
      sql`delete from seat_queue where account_id = ${accountId} and id = ${ticket} and holder_id = ${holderId}
        and device_thumbprint = ${deviceThumbprint}`,
    ),
  );
}

/** Drops the places of those who stopped asking long ago. */
export async function forgetWaiters({ database, clock }: Portal): Promise<void> {
  await database.queries.execute(
    sql`delete from seat_queue where coalesce(seen_at, asked_at) < ${instant(clock.now() - 10 * patience)}`,
  );
}
