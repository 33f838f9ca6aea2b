import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { describeUnless } from '../support/skip.ts';
import { borrow, lent, placesTaken, receipt, working } from './borrowing-support.ts';
import { acquire, type LicensePortal, refusal, renew, startLicensePortal } from './licenses-support.ts';
import { oneConnection, rowLocks } from './row-locks.ts';
import { days, minutes, seconds } from './support.ts';

let portal: LicensePortal;
const { hold, waiting, answeredOr } = rowLocks(() => portal.services);
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

const poolOf = (poolId: string) => sql`select from pool where id = ${poolId} for no key update`;
const reason = 'Entrega urgente';

describeUnless(oneConnection, 'while a lease is being lent', () => {
  test('an administrator takes it back: what was lent is recalled, and the administrator told until when', async () => {
    const { poolId, administrator, ana, leaseId, company } = await working(portal);
    const admin = await portal.enterAs(administrator);
    const letGo = await hold(poolOf(poolId));
    const lending = borrow(ana.client, leaseId);
    await waiting(1);
    const reclaiming = admin.client.licenses.reclaim({ leaseId, reason });
    await waiting(2);
    await letGo();
    expect(await reclaiming).toEqual({ freeAt: (await lending).expiresAt });
    expect(await placesTaken(portal, company.id)).toBe(1);
  });

  test('after an administrator took it back: it is not lent', async () => {
    const { poolId, administrator, ana, leaseId, company } = await working(portal);
    const admin = await portal.enterAs(administrator);
    const letGo = await hold(poolOf(poolId));
    const reclaiming = admin.client.licenses.reclaim({ leaseId, reason });
    await waiting(1);
    const lending = refusal(borrow(ana.client, leaseId));
    await waiting(2);
    await letGo();
    expect(await reclaiming).toEqual({ freeAt: new Date(portal.clock.now()).toISOString() });
    expect(await lending).toMatchObject({ code: 'lease-reclaimed', data: { detail: reason } });
    expect(await placesTaken(portal, company.id)).toBe(0);
  });

  test('its renewal, decided at the same time in its last minute, does not shorten what was lent', async () => {
    const { poolId, ana, leaseId, company } = await working(portal);
    portal.clock.advance(19 * minutes);
    await ana.refresh();
    const letGo = await hold(poolOf(poolId));
    const lending = borrow(ana.client, leaseId);
    await waiting(1);
    const renewing = renew(ana.client, leaseId);
    await waiting(2);
    await letGo();
    const { expiresAt } = await lending;
    expect((await renewing).results).toMatchObject([{ outcome: 'renewed', kind: 'borrow', expiresAt }]);
    portal.clock.advance(6 * days);
    expect(await placesTaken(portal, company.id)).toBe(1);
  });

  test('its renewal that waits for the row keeps the end, too', async () => {
    const { ana, leaseId, company } = await working(portal);
    // Lending waits with the entry of what it did, the renewal for the row that it holds.
    const letGo = await hold(sql`select from audit_chain where account_id = ${company.id} for update`);
    const lending = borrow(ana.client, leaseId);
    await waiting(1);
    const renewing = renew(ana.client, leaseId);
    await waiting(2);
    await letGo();
    const { expiresAt } = await lending;
    expect((await renewing).results).toMatchObject([{ outcome: 'renewed', kind: 'borrow', expiresAt }]);
  });

  test('its time ends: not if somebody else has the place now', async () => {
    const { poolId, other, ana, leaseId, company } = await working(portal);
    const eva = await portal.enterAs(other);
    portal.clock.advance(20 * minutes - 1);
    await ana.refresh();
    await eva.refresh();
    const letGo = await hold(poolOf(poolId));
    const acquiring = acquire(eva.client);
    await waiting(1);
    const lending = refusal(borrow(ana.client, leaseId));
    await waiting(2);
    portal.clock.advance(1 * seconds);
    await letGo();
    await acquiring;
    expect(await lending).toMatchObject({ code: 'no-seat-free' });
    expect(await placesTaken(portal, company.id)).toBe(1);
  });

  test('its person is suspended: it is lent before, or not at all, and neither is undone for the other’s sake', async () => {
    const { poolId, administrator, email, ana, leaseId, company } = await working(portal);
    const { client } = await portal.enterAs(administrator);
    const { database } = portal.services;
    const letGo = await hold(poolOf(poolId));
    const transactions = vi.spyOn(database, 'inAccount');
    const lending = refusal(borrow(ana.client, leaseId));
    await waiting(1);
    const suspending = client.people.suspendContact({ id: company.contacts[email]?.contactId ?? '' });
    await answeredOr(suspending, 2);
    await Promise.all([letGo(), suspending]);
    expect(await lending).toEqual({ code: 'ok' });
    expect(await placesTaken(portal, company.id)).toBe(1);
    expect(transactions.mock.settledResults.map(({ type }) => type)).not.toContain('rejected');
  });
});

describeUnless(oneConnection, 'while a borrowed lease', () => {
  test('is taken back, its device asks for a seat: it hears of that, and the place counts until it let go', async () => {
    const { poolId, administrator, ana, leaseId, company } = await lent(portal);
    const admin = await portal.enterAs(administrator);
    const letGo = await hold(poolOf(poolId));
    const reclaiming = admin.client.licenses.reclaim({ leaseId, reason });
    await waiting(1);
    const acquiring = refusal(acquire(ana.client));
    await waiting(2);
    await letGo();
    await reclaiming;
    expect(await acquiring).toMatchObject({ code: 'lease-reclaimed', data: { detail: reason, leaseId } });
    expect(await placesTaken(portal, company.id)).toBe(1);
  });

  test('of a suite is taken back, its device renews: neither is undone for the other’s sake', async () => {
    const { company, emails, administrator } = await portal.engineers(1);
    const suite = { accountId: company.id, product: 'estructuras', kind: 'floating', total: 1 } as const;
    await portal.addPool(suite);
    const ana = await portal.enterAs(emails[0] ?? '');
    const { leaseId: viga } = await acquire(ana.client, 'viga');
    portal.clock.advance(1 * seconds);
    const { leaseId: portico } = await acquire(ana.client, 'portico');
    await borrow(ana.client, viga);
    const admin = await portal.enterAs(administrator);
    const letGo = await hold(sql`select from lease where id = ${portico} for no key update`);
    const transactions = vi.spyOn(portal.services.database, 'inAccount');
    const reclaiming = admin.client.licenses.reclaim({ leaseId: viga, reason });
    await waiting(1);
    const renewing = renew(ana.client, viga, portico);
    await waiting(2);
    await Promise.all([letGo(), reclaiming]);
    const why = { code: 'lease-reclaimed' };
    expect((await renewing).results).toMatchObject([why, why]);
    expect(transactions.mock.settledResults.map(({ type }) => type)).not.toContain('rejected');
  });

  test('is given back by two receipts at once, it is given back once', async () => {
    const { device, leaseId, company } = await lent(portal);
    const paper = await receipt(device, leaseId);
    const letGo = await hold(sql`select from lease where id = ${leaseId} for no key update`);
    const returning = [1, 2].map(() => portal.client().licenses.deactivate({ receipt: paper }));
    await waiting(2);
    await Promise.all([letGo(), ...returning]);
    const written = await portal.query(
      sql`select 1 from audit where account_id = ${company.id} and action = 'lease.returned'`,
    );
    expect(written).toHaveLength(1);
  });
});
