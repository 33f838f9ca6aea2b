import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import type { Contact } from '../../../contract/portal/people.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { newId } from '../../ids.ts';
import { endLeases } from '../leases/end-leases.ts';
import type { PersonCall } from '../sessions.ts';
import { answer, change, contactFor } from './desk.ts';

export interface SeatClaim {
  readonly accountId: string;
  readonly contactId: string;
  readonly poolIds: readonly string[];
  /** Identity of who assigns; null for the portal itself. */
  readonly assignedBy: string | null;
  /** Milliseconds of UTC. */
  readonly now: number;
  /** Where more seats are bought, when the pool does not say. */
  readonly buyUrl: string;
}

interface LockedPool extends Record<string, unknown> {
  id: string;
  kind: 'named' | 'floating';
  total: number;
  product_code: string;
  buy_url: string;
  open: boolean;
}

/**
 * Assigns a seat of each pool to a contact, all or none. The pools' rows stay locked, in the order of their ids, until the transaction ends,
 * so that a pool never has more seats than were bought, at any concurrency (E9). A seat that the contact has already is no error.
 *
 * @returns the products of seats that are new
 * @throws `not-found`, `seat-not-assignable` (floating), `pool-not-current` (not begun, ended), `no-seats-available`
 */
export async function assignSeats(tx: Tx, claim: SeatClaim): Promise<string[]> {
  const { accountId, contactId, now } = claim;
  const at = sql`${new Date(now).toISOString()}::timestamptz`;
  const wanted = [...new Set(claim.poolIds)].sort();
  const assigned: string[] = [];
  for (const poolId of wanted) {
    const [pool] = await rows<LockedPool>(
      tx,
      sql`select id, kind, total, product_code, buy_url, starts_at <= ${at} and coalesce(ends_at > ${at}, true) as open
        from pool where account_id = ${accountId} and id = ${poolId} for no key update`,
    );
    if (pool === undefined) throw new AldabaError('not-found', 'no such pool');
    if (pool.kind !== 'named')
      throw new AldabaError('seat-not-assignable', 'floating', { product: pool.product_code });
    if (!pool.open)
      throw new AldabaError('pool-not-current', 'not begun or over', { product: pool.product_code });
    // A statement of its own: it sees what whoever held the lock before has committed.
    const [use] = await rows<{ used: number; mine: number }>(
      tx,
      sql`select count(*)::int as used, count(*) filter (where contact_id = ${contactId})::int as mine
        from seat where account_id = ${accountId} and pool_id = ${poolId}`,
    );
    const { used = 0, mine = 0 } = use ?? {};
    if (mine > 0) continue;
    if (used >= pool.total)
      throw new AldabaError('no-seats-available', `${used} of ${pool.total} seats used`, {
        available: 0,
        needed: 1,
        total: pool.total,
        product: pool.product_code,
        buyUrl: pool.buy_url || claim.buyUrl,
      });
    await tx.execute(
      sql`insert into seat (account_id, id, pool_id, contact_id, assigned_at, assigned_by)
        values (${accountId}, ${newId(now)}, ${poolId}, ${contactId}, ${at}, ${claim.assignedBy})`,
    );
    assigned.push(pool.product_code);
  }
  return assigned;
}

/** Gives a contact a seat of a named pool (E3, E8). */
export function assignSeat(call: PersonCall, input: { poolId: string; contactId: string }): Promise<Contact> {
  return change(call, async (desk) => {
    const { tx, accountId, now } = desk;
    const row = await contactFor(desk, 'assign-seat', input.contactId);
    const [product] = await assignSeats(tx, {
      accountId,
      contactId: row.id,
      poolIds: [input.poolId],
      assignedBy: call.principal.identityId,
      now,
      buyUrl: call.portal.settings.buyUrl,
    });
    if (product !== undefined)
      await desk.audit(
        'seat.assigned',
        { kind: 'contact', id: row.id, email: row.email },
        { after: { pool: input.poolId, product } },
      );
    return answer(desk, row.id);
  });
}

/** Takes a seat back; its leases end, and the holder hears of it at the next heartbeat. Twice is not an error. */
export function withdrawSeat(
  call: PersonCall,
  input: { poolId: string; contactId: string },
): Promise<Contact> {
  return change(call, async (desk) => {
    const { tx, accountId, now } = desk;
    const row = await contactFor(desk, 'withdraw-seat', input.contactId);
    const [pool] = await rows<{ product_code: string }>(
      tx,
      sql`select product_code from pool where account_id = ${accountId} and id = ${input.poolId} for no key update`,
    );
    if (pool === undefined) throw new AldabaError('not-found', 'no such pool');
    const [seat] = await rows<{ id: string }>(
      tx,
      sql`delete from seat where account_id = ${accountId} and pool_id = ${input.poolId} and contact_id = ${row.id} returning id`,
    );
    if (seat !== undefined) {
      await endLeases(tx, { accountId, seatId: seat.id }, { code: 'no-seat-assigned', now });
      await desk.audit(
        'seat.withdrawn',
        { kind: 'contact', id: row.id, email: row.email },
        { before: { pool: input.poolId, product: pool.product_code } },
      );
    }
    return answer(desk, row.id);
  });
}
