import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import { audit } from '../../audit/audit.ts';
import type { Person, Portal, Principal, RequestInfo } from '../../context.ts';
import { rows } from '../../db/run.ts';
import { holderOf } from './acquire.ts';
import { lockPools } from './claim-seat.ts';
import { endLeases } from './end-leases.ts';
import { lockPlace, recallLeases } from './recall-leases.ts';

/**
 * Gives a lease of the caller's own device back. Again, or for one that is not theirs, nothing happens. A borrowed one goes too: its device
 * would have sent a receipt if it had heard that it was lent.
 */
export async function releaseLease(portal: Portal, principal: Principal, leaseId: string): Promise<void> {
  const { accountId, device } = principal;
  await portal.database.inAccount(accountId, (tx) =>
    endLeases(
      tx,
      {
        accountId,
        leaseId,
        holderId: holderOf(principal),
        deviceThumbprint: device.thumbprint,
        withBorrowed: true,
      },
      { code: 'lease-ended', now: portal.clock.now() },
    ),
  );
}

/**
 * An administrator takes a seat back: it is free at once, and the holder hears the reason at the next renewal. A seat may carry several
 * programs of a suite (claim-seat.ts): with the lease that was named, the others that run on it end. What is borrowed on it is recalled and
 * keeps the seat. Of a lease that ended already nothing changes.
 *
 * @returns when the seat is free at the latest
 * @throws `not-found`
 */
export async function reclaimLease(
  portal: Portal,
  person: Person,
  input: { leaseId: string; reason: string },
  request: RequestInfo,
): Promise<{ freeAt: string }> {
  const { accountId } = person;
  const { leaseId, reason } = input;
  const now = portal.clock.now();
  return portal.database.inAccount(accountId, async (tx) => {
    const [lease] = await rows<{
      poolId: string;
      holderId: string;
      deviceThumbprint: string;
      ended: boolean;
      product: string;
      holder: string;
      device: string;
    }>(
      tx,
      sql`select pool_id as "poolId", holder_id as "holderId", device_thumbprint as "deviceThumbprint", ended_at is not null as ended,
          product_code as product, holder_name as holder, device_name as device
        from lease where account_id = ${accountId} and id = ${leaseId}`,
    );
    if (lease === undefined) throw new AldabaError('not-found', 'no such lease');
    if (lease.ended) return { freeAt: iso(now) };
    const { poolId, holderId, deviceThumbprint, product, holder, device } = lease;
    const place = { accountId, poolId, holderId, deviceThumbprint };
    const end = { code: 'lease-reclaimed', detail: reason, now } as const;
    // Nothing is lent or taken there meanwhile.
    await lockPools(tx, accountId, [poolId]);
    await lockPlace(tx, place);
    const ended = await endLeases(tx, place, end);
    const { recalled, freeAt } = await recallLeases(tx, place, end);
    const answer = { freeAt: iso(freeAt ?? now) };
    if (ended.length + recalled === 0) return answer;
    await audit(tx, {
      accountId,
      at: now,
      action: 'lease.reclaimed',
      actor: { kind: 'person', id: person.identityId, name: person.name, email: person.email },
      subject: { kind: 'lease', id: leaseId, product, holder, device },
      after: { reason, leases: ended.length + recalled, ...(freeAt === null ? {} : answer) },
      address: request.address,
      device: person.device.thumbprint,
      requestId: request.id,
    });
    return answer;
  });
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
