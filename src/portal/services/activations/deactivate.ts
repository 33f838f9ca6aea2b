import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import { audit } from '../../audit/audit.ts';
import type { RequestContext, RequestInfo } from '../../context.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { endLeases } from '../leases/end-leases.ts';
import { readDeviceDocument, refuseDocument } from './device-documents.ts';

/** A receipt that was read: what the device gave back, and when it came. */
interface Returned {
  readonly right: string;
  readonly device: string;
  /** Milliseconds of UTC. */
  readonly now: number;
  readonly request: RequestInfo;
}

/**
 * Gives a standalone license or a borrowed lease back by a receipt that the device signed after it deleted the right. The place is free
 * once, however often the receipt comes. Nobody has to be signed in: what the device signed is its proof.
 *
 * @throws `request-file-invalid`, `not-found` (no such right of this device)
 */
export async function deactivate({ portal, request }: RequestContext, receipt: string): Promise<void> {
  const now = portal.clock.now();
  const { claims, signedBy } = readDeviceDocument('return-receipt', receipt, now);
  const { right, kind } = claims;
  if (kind !== 'license' && kind !== 'borrow')
    throw refuseDocument('file-wrong-kind', `a receipt of ${kind}`);
  const take = kind === 'license' ? endActivation : endBorrowed;
  await portal.database.asService((tx) => take(tx, { right, device: signedBy, now, request }));
}

/** The device may be activated again, as a new activation. */
async function endActivation(tx: Tx, { right, device, now, request }: Returned): Promise<void> {
  // The key's lock comes first, as in activateDevice: what it finds under it is not returned before it is through.
  const [found] = await rows<{ accountId: string; keyId: string; product: string }>(
    tx,
    sql`select a.account_id as "accountId", a.key_id as "keyId", a.product_code as product
      from activation a join license_key k on k.account_id = a.account_id and k.id = a.key_id
      where a.id = ${right} and a.device_thumbprint = ${device} for no key update of k`,
  );
  if (found === undefined) throw new AldabaError('not-found', 'no such activation of this device');
  const { accountId, keyId, product } = found;
  const [returned] = await rows<{ device: string }>(
    tx,
    sql`update activation set ended_at = ${new Date(now).toISOString()}::timestamptz
      where account_id = ${accountId} and id = ${right} and ended_at is null returning device_name as device`,
  );
  if (returned === undefined) return;
  await audit(tx, {
    accountId,
    at: now,
    action: 'license.returned',
    actor: { kind: 'key', id: keyId },
    subject: { kind: 'activation', id: right, product },
    before: { device: returned.device },
    address: request.address,
    device,
    requestId: request.id,
  });
}

/**
 * Also when its session, its person or its key is gone, or it was recalled; and when it is a lease, because it was never lent or a renewal
 * under way made it one again: the same one, lent later, would end by the same receipt.
 */
async function endBorrowed(tx: Tx, { right, device, now, request }: Returned): Promise<void> {
  const [lease] = await rows<{
    accountId: string;
    kind: string;
    product: string;
    holder: string;
    name: string;
  }>(
    tx,
    sql`select account_id as "accountId", kind, product_code as product, holder_name as holder, device_name as name
      from lease where id = ${right} and device_thumbprint = ${device} for no key update`,
  );
  if (lease === undefined) throw new AldabaError('not-found', 'no such lease of this device');
  if (lease.kind === 'offline-pass') return;
  const { accountId, product, holder, name } = lease;
  const which = { accountId, leaseId: right, withBorrowed: true };
  if ((await endLeases(tx, which, { code: 'lease-ended', now })).length === 0) return;
  await audit(tx, {
    accountId,
    at: now,
    action: 'lease.returned',
    // Whoever brings the receipt: the device's key stands for it, not a person.
    actor: { kind: 'portal' },
    subject: { kind: 'lease', id: right, product, holder, device: name },
    address: request.address,
    device,
    requestId: request.id,
  });
}
