import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { revokeKey } from '../../src/portal/services/keys.ts';
import { acquireLease } from '../../src/portal/services/leases/acquire.ts';
import { createLink } from '../../src/portal/services/links.ts';
import { describeUnless } from '../support/skip.ts';
import { acquire, type LicensePortal, refusal, renew, startLicensePortal } from './licenses-support.ts';
import { oneConnection, rowLocks } from './row-locks.ts';
import { createTestDevice, testPassword } from './support.ts';

let portal: LicensePortal;
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

/** A company with an engineer who signed in, and what takes their access away. */
async function engineer() {
  const made = await portal.floating(2, 1);
  const [email = ''] = made.emails;
  const device = createTestDevice();
  const ana = await portal.enterAs(email, device);
  const { client } = await portal.enterAs(made.administrator);
  const id = made.company.contacts[email]?.contactId ?? '';
  const ways = {
    suspended: async () => void (await client.people.suspendContact({ id })),
    deleted: async () => void (await client.people.deleteContact({ id })),
    'without access': async () => {
      const { revision } = await client.people.getContact({ id });
      const roleId = made.company.roles['notifications-only'];
      await client.people.updateContact({ id, revision, roleId });
    },
    'signed out': () =>
      portal.client(device).sessions.signOut({ refreshToken: ana.refreshToken }) as Promise<void>,
  };
  return { ...made, email, device, ana, ways };
}

const asked = () => ({ idempotencyKey: randomUUID(), product: 'viga', version: '2026.1', features: [] });

describe('whose access ended after the request came in gets no lease', () => {
  test.each(['suspended', 'deleted', 'signed out'] as const)('%s', async (way) => {
    const { device, ways, company } = await engineer();
    const principal = await portal.principalOf(device);
    await ways[way]();
    expect(await refusal(acquireLease(portal.services, principal, asked()))).toMatchObject({
      code: 'session-ended',
    });
    expect(await portal.running(company.id)).toBe(0);
  });

  test('revoked', async () => {
    const { company, poolId } = await portal.floating(2, 0);
    const device = createTestDevice();
    const { keyId } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] }, device);
    const principal = await portal.principalOf(device);
    await portal.services.database.asService((tx) => revokeKey(tx, company.id, keyId, portal.clock.now()));
    expect(await refusal(acquireLease(portal.services, principal, asked()))).toMatchObject({
      code: 'session-ended',
    });
    expect(await portal.running(company.id)).toBe(0);
  });

  test('gone on in another company: its own tokens have to be asked for', async () => {
    const { device, email, ana } = await engineer();
    const principal = await portal.principalOf(device);
    const other = await portal.company('Otra', [
      { email, role: 'license-installer', password: testPassword },
    ]);
    await ana.client.sessions.switchAccount({ accountId: other.id });
    expect(await refusal(acquireLease(portal.services, principal, asked()))).toMatchObject({
      code: 'not-signed-in',
    });
    expect(await portal.running(principal.accountId)).toBe(0);
  });
});

test('the end of a session says why at the next renewal', async () => {
  const { company, poolId } = await portal.floating(2, 0);
  const { client, keyId } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
  const { leaseId } = await acquire(client);
  await portal.services.database.asService((tx) => revokeKey(tx, company.id, keyId, portal.clock.now()));
  const codes = await portal.query(sql`select end_code as code from lease where id = ${leaseId}`);
  expect(codes).toEqual([{ code: 'key-invalid' }]);
  expect(await refusal(renew(client, leaseId))).toMatchObject({ code: 'session-ended' });
});

describeUnless(oneConnection, 'while a lease is being taken', () => {
  const { hold, waiting, answeredOr } = rowLocks(() => portal.services);
  const ends = ['suspended', 'deleted', 'without access', 'signed out'] as const;

  /** Takes a lease, whose pool is not free until the access ends as well. */
  async function whileTaken(
    { ana, poolId, ways }: Awaited<ReturnType<typeof engineer>>,
    way: (typeof ends)[number],
  ): Promise<void> {
    const letGo = await hold(sql`select from pool where id = ${poolId} for no key update`);
    const acquiring = refusal(acquire(ana.client));
    await waiting(1);
    const ending = ways[way]();
    await answeredOr(ending, 2);
    await Promise.all([letGo(), acquiring, ending]);
  }

  test.each(ends)('%s: the lease ends with it', async (way) => {
    const made = await engineer();
    await whileTaken(made, way);
    expect(await portal.running(made.company.id)).toBe(0);
  });

  test.each(ends)(
    '%s: one that is taken again, too, and neither is undone for the other’s sake',
    async (way) => {
      const made = await engineer();
      await acquire(made.ana.client);
      const { database } = portal.services;
      const transactions = [vi.spyOn(database, 'inAccount'), vi.spyOn(database, 'asService')];
      await whileTaken(made, way);
      const results = transactions.flatMap(({ mock }) => mock.settledResults.map(({ type }) => type));
      expect(results).not.toContain('rejected');
      expect(await portal.running(made.company.id)).toBe(0);
    },
  );

  test('deleted: nobody comes in on another device meanwhile', async () => {
    const { company, email, ways } = await engineer();
    const identityId = company.contacts[email]?.identityId ?? '';
    const link = {
      accountId: company.id,
      identityId,
      purpose: 'reset',
      requestedBy: null,
      hours: 1,
      now: portal.clock.now(),
    } as const;
    const { id } = await portal.services.database.asService((tx) => createLink(tx, portal.services, link));
    const letGo = await hold(sql`select from password_link where id = ${id} for update`);
    const deleting = ways.deleted();
    await waiting(1);
    const entering = portal.enterAs(email).then(({ client }) => acquire(client));
    const entered = refusal(entering);
    await answeredOr(entered, 2);
    await Promise.all([letGo(), deleting]);
    expect(await entered).toMatchObject({ code: 'invalid-credentials' });
    const open = await portal.query(
      sql`select id from session where identity_id = ${identityId} and ended_at is null`,
    );
    expect(open).toEqual([]);
    expect(await portal.running(company.id)).toBe(0);
  });
});
