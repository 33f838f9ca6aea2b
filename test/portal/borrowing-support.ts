import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { RightKind } from '../../src/contract/documents.ts';
import type { NewPool } from '../../src/portal/services/catalog.ts';
import { signedBy, type TestDevice } from './devices.ts';
import { acquire, type LicensePortal, refusal } from './licenses-support.ts';
import { createTestDevice, type PortalClient } from './support.ts';

/** A company of several engineers, the first of whom runs Viga on a device of hers. */
export async function working(portal: LicensePortal, total = 1, change: Partial<NewPool> = {}) {
  const made = await portal.floating(total, 3, change);
  const [email = '', other = '', third = ''] = made.emails;
  const device = createTestDevice('OBRA-3');
  const ana = await portal.enterAs(email, device);
  const grant = await acquire(ana.client);
  return { ...made, email, other, third, device, ana, grant, leaseId: grant.leaseId };
}

/** The same, and she has borrowed it. */
export async function lent(
  portal: LicensePortal,
  total = 1,
  { days = 7, ...change }: Partial<NewPool> & { days?: number } = {},
) {
  const made = await working(portal, total, change);
  return { ...made, borrowed: await borrow(made.ana.client, made.leaseId, days) };
}

export function borrow(client: PortalClient, leaseId: string, days = 7) {
  return client.licenses.borrow({ leaseId, days });
}

/** What a device signs when it gives a right back. */
export function receipt(device: TestDevice, right: string, kind: RightKind = 'borrow'): Promise<string> {
  return signedBy(device, 'return-receipt', { jti: randomUUID(), iat: 0, right, kind });
}

/** Brings a receipt as anybody does: no session, no proof. */
export function bringTo(portal: LicensePortal, paper: string) {
  return refusal(portal.client().licenses.deactivate({ receipt: paper }));
}

/** Places of a company's pools that are taken now, as whoever wants one counts them. */
export async function placesTaken(portal: LicensePortal, accountId: string): Promise<number | undefined> {
  const now = new Date(portal.clock.now()).toISOString();
  const [count] = await portal.query<{ n: number }>(
    sql`select count(distinct (pool_id, holder_id, device_thumbprint))::int as n from lease
      where account_id = ${accountId} and ended_at is null and expires_at > ${now}::timestamptz`,
  );
  return count?.n;
}

/** What the audit of a company says of what is lent, oldest first. */
export function auditOfLending(portal: LicensePortal, accountId: string) {
  return portal.query<{ action: string; actor: object; subject: object; after: object | null }>(
    sql`select action, actor, subject, after from audit
      where account_id = ${accountId} and action in ('lease.borrowed', 'lease.returned', 'lease.reclaimed') order by seq`,
  );
}
