import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createStandaloneKey } from '../../src/portal/services/keys.ts';
import { describeUnless } from '../support/skip.ts';
import { signedBy } from './devices.ts';
import { acquire, type LicensePortal, refusal, renew, startLicensePortal } from './licenses-support.ts';
import { oneConnection, rowLocks } from './row-locks.ts';
import { createTestDevice, minutes, seconds } from './support.ts';

let portal: LicensePortal;
const { hold, waiting, answeredOr } = rowLocks(() => portal.services);
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

describeUnless(oneConnection, 'while a request waits', () => {
  describe('a lease whose time ends', () => {
    /** A pool of one place: its holder a moment before the lease ends, and somebody else who wants it. */
    async function lastMoment() {
      const { company, poolId, emails } = await portal.floating(1, 2);
      const [ana, eva] = [await portal.enterAs(emails[0] ?? ''), await portal.enterAs(emails[1] ?? '')];
      const { leaseId } = await acquire(ana.client);
      portal.clock.advance(20 * minutes - 1);
      await ana.refresh();
      await eva.refresh();
      return { company, poolId, ana, eva, leaseId };
    }

    async function placesTaken(accountId: string): Promise<number | undefined> {
      const now = new Date(portal.clock.now()).toISOString();
      const [count] = await portal.query<{ n: number }>(
        sql`select count(*)::int as n from lease
        where account_id = ${accountId} and ended_at is null and expires_at > ${now}::timestamptz`,
      );
      return count?.n;
    }

    test('in a renewal: nobody else gets the place as well', async () => {
      const { company, ana, eva, leaseId } = await lastMoment();
      const letGo = await hold(sql`select from lease where id = ${leaseId} for update`);
      const renewing = renew(ana.client, leaseId);
      await waiting(1);
      portal.clock.advance(1 * seconds);
      const acquiring = refusal(acquire(eva.client));
      await answeredOr(acquiring, 2);
      await letGo();
      expect((await renewing).results).toMatchObject([{ outcome: 'renewed' }]);
      expect(await acquiring).toMatchObject({ code: 'no-seat-free' });
      expect(await placesTaken(company.id)).toBe(1);
    });

    test('when it takes its place again: not if somebody else has it now', async () => {
      const { company, ana, eva } = await lastMoment();
      const letGo = await hold(sql`select from session where id = ${ana.profile.sessionId} for update`);
      const again = refusal(acquire(ana.client));
      await waiting(1);
      portal.clock.advance(1 * seconds);
      await acquire(eva.client);
      await letGo();
      expect(await again).toMatchObject({ code: 'no-seat-free' });
      expect(await placesTaken(company.id)).toBe(1);
    });

    test('while both wait for the pool: the place is whose who gets it first', async () => {
      const { company, poolId, ana, eva } = await lastMoment();
      const letGo = await hold(sql`select from pool where id = ${poolId} for no key update`);
      const acquiring = acquire(eva.client);
      await waiting(1);
      const again = refusal(acquire(ana.client));
      await waiting(2);
      portal.clock.advance(1 * seconds);
      await letGo();
      await acquiring;
      expect(await again).toMatchObject({ code: 'no-seat-free' });
      expect(await placesTaken(company.id)).toBe(1);
    });
  });

  test('two who want the features of different full pools do not wait for each other in a circle', async () => {
    const { company, emails, poolId } = await portal.floating(0, 2, { features: ['eurocode'] });
    portal.clock.advance(1 * seconds);
    const pool = { accountId: company.id, product: 'viga', kind: 'floating', total: 0 } as const;
    const seismic = await portal.addPool({ ...pool, features: ['seismic'] });
    expect(poolId < seismic).toBe(true);
    const [ana, eva] = [await portal.enterAs(emails[0] ?? ''), await portal.enterAs(emails[1] ?? '')];
    const letGo = await hold(sql`select from pool where id = ${seismic} for no key update`);
    const transactions = vi.spyOn(portal.services.database, 'inAccount');
    const second = refusal(acquire(eva.client, 'viga', { features: ['seismic'] }));
    await waiting(1);
    const first = refusal(acquire(ana.client, 'viga', { features: ['eurocode'] }));
    await waiting(2);
    await letGo();
    expect(await Promise.all([first, second])).toMatchObject([
      { code: 'no-seat-free' },
      { code: 'no-seat-free' },
    ]);
    // None was undone and done again.
    expect(transactions.mock.calls.filter(([accountId]) => accountId === company.id)).toHaveLength(2);
  });

  test('a license that is given back is not signed again: the device is activated anew', async () => {
    const { company } = await portal.engineers(0);
    const given = { accountId: company.id, product: 'viga', deviceLimit: 1 };
    const { key } = await portal.services.database.asService((tx) =>
      createStandaloneKey(tx, given, portal.clock.now()),
    );
    const device = createTestDevice();
    const activate = () =>
      portal
        .client(device)
        .licenses.activate({ key, device: device.description, salt: 'c2FsdHNhbHRzYWx0c2E' });
    const { activation } = await activate();
    const claims = { jti: randomUUID(), iat: 0, right: activation.id, kind: 'license' } as const;
    const receipt = await signedBy(device, 'return-receipt', claims);
    // It waits with the entry of what it did.
    const letGo = await hold(sql`select from audit_chain where account_id = ${company.id} for update`);
    const returning = portal.client().licenses.deactivate({ receipt });
    await waiting(1);
    const again = activate();
    await waiting(2);
    await Promise.all([letGo(), returning]);
    expect((await again).activation.id).not.toBe(activation.id);
  });
});
