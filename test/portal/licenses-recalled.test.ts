import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanUp } from '../../src/portal/background/clean-up.ts';
import { auditOfLending, borrow, bringTo, lent, placesTaken, receipt } from './borrowing-support.ts';
import { acquire, type LicensePortal, refusal, renew, startLicensePortal } from './licenses-support.ts';
import { createTestDevice, days, hours } from './support.ts';

let portal: LicensePortal;
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

const bring = (paper: string) => bringTo(portal, paper);

describe('a borrowed lease that an administrator takes back', () => {
  async function recalled(total = 1) {
    const made = await lent(portal, total);
    const admin = await portal.enterAs(made.administrator);
    const reclaim = (reason = 'Entrega urgente', leaseId = made.leaseId) =>
      admin.client.licenses.reclaim({ leaseId, reason });
    expect(await reclaim()).toEqual({ freeAt: made.borrowed.expiresAt });
    return { ...made, reclaim, admin };
  }
  const why = { code: 'lease-reclaimed', data: { detail: 'Entrega urgente' } };

  test('says why to its device, and keeps its place until that has let go: it may not have heard', async () => {
    const { company, ana, device, other, leaseId, reclaim, borrowed, admin } = await recalled();
    const eva = await portal.enterAs(other);
    expect(await refusal(acquire(eva.client))).toMatchObject({ code: 'no-seat-free' });
    // Once more is no news; the first reason stays.
    expect(await reclaim('Otra vez')).toEqual({ freeAt: borrowed.expiresAt });
    for (const _ of [1, 2])
      expect((await renew(ana.client, leaseId)).results).toEqual([{ outcome: 'ended', leaseId, ...why }]);
    expect(await refusal(acquire(eva.client))).toMatchObject({ code: 'no-seat-free' });
    await bring(await receipt(device, leaseId));
    expect((await renew(ana.client, leaseId)).results).toMatchObject([why]);
    expect((await acquire(eva.client)).kind).toBe('lease');
    expect(await reclaim('Tarde')).toEqual({ freeAt: new Date(portal.clock.now()).toISOString() });
    expect((await auditOfLending(portal, company.id)).slice(1)).toMatchObject([
      {
        action: 'lease.reclaimed',
        actor: { email: admin.profile.identity.email },
        subject: { id: leaseId },
        after: { reason: 'Entrega urgente', leases: 1, freeAt: borrowed.expiresAt },
      },
      { action: 'lease.returned', subject: { id: leaseId } },
    ]);
  });

  test('is free when its time is over, and still says why', async () => {
    const { ana, other, leaseId } = await recalled();
    portal.clock.advance(7 * days);
    await ana.refresh();
    expect((await acquire((await portal.enterAs(other)).client)).kind).toBe('lease');
    expect((await renew(ana.client, leaseId)).results).toMatchObject([why]);
  });

  test('still says why when it was put into its history before its device came', async () => {
    const { ana, leaseId } = await recalled();
    portal.clock.advance(8 * days + 1 * hours);
    await cleanUp(portal.services);
    await ana.refresh();
    expect((await renew(ana.client, leaseId)).results).toMatchObject([why]);
  });

  test('is not lent again, and holds its place as before', async () => {
    const { company, ana, leaseId } = await recalled();
    expect(await refusal(borrow(ana.client, leaseId))).toMatchObject(why);
    expect(await placesTaken(portal, company.id)).toBe(1);
    expect(await refusal(borrow(ana.client, leaseId))).toMatchObject({
      ...why,
      data: { product: 'Viga', detail: 'Entrega urgente' },
    });
  });

  test('is named to its device that asks for a seat, which may not hear it: the place counts until the receipt, then it is competed for like any other', async () => {
    const free = await recalled();
    const asked = { code: 'lease-reclaimed', data: { ...why.data, product: 'Viga', leaseId: free.leaseId } };
    for (const _ of [1, 2]) expect(await refusal(acquire(free.ana.client))).toEqual(asked);
    const eva = await portal.enterAs(free.other);
    expect(await refusal(acquire(eva.client))).toMatchObject({ code: 'no-seat-free' });
    await bring(await receipt(free.device, free.leaseId));
    const again = await acquire(free.ana.client);
    expect([again.kind, again.leaseId === free.leaseId]).toEqual(['lease', false]);

    const { company, poolId, ana, device, leaseId } = await recalled();
    await portal.query(sql`update pool set total = 0 where id = ${poolId}`);
    await bring(await receipt(device, leaseId));
    expect(await refusal(acquire(ana.client))).toMatchObject({ code: 'no-seat-free' });
    expect(await placesTaken(portal, company.id)).toBe(0);
    expect((await renew(ana.client, leaseId)).results).toMatchObject([why]);
  });

  test('is only in the way when its time is over: its device gets another, of which the receipt says nothing', async () => {
    const { company, ana, device, leaseId } = await recalled();
    portal.clock.advance(7 * days);
    await ana.refresh();
    const again = await acquire(ana.client);
    expect([again.kind, again.leaseId === leaseId]).toEqual(['lease', false]);
    await bring(await receipt(device, leaseId));
    expect((await renew(ana.client, leaseId)).results).toMatchObject([why]);
    expect(await placesTaken(portal, company.id)).toBe(1);
  });

  test('is given back by its receipt', async () => {
    const { company, device, leaseId } = await recalled();
    expect(await bring(await receipt(device, leaseId))).toEqual({ code: 'ok' });
    expect(await placesTaken(portal, company.id)).toBe(0);
  });

  test('of a suite: what runs on the place ends, what is borrowed holds it, until the last', async () => {
    const { company, emails, administrator } = await portal.engineers(2);
    const suite = { accountId: company.id, product: 'estructuras', kind: 'floating', total: 1 } as const;
    await portal.addPool(suite);
    const device = createTestDevice();
    const ana = await portal.enterAs(emails[0] ?? '', device);
    const { leaseId: viga } = await acquire(ana.client, 'viga');
    const { leaseId: portico } = await acquire(ana.client, 'portico');
    const { leaseId: zapata } = await acquire(ana.client, 'zapata');
    await borrow(ana.client, portico, 3);
    const { expiresAt } = await borrow(ana.client, zapata, 9);
    const admin = await portal.enterAs(administrator);
    const reclaimed = admin.client.licenses.reclaim({ leaseId: viga, reason: 'Entrega urgente' });
    expect(await reclaimed).toEqual({ freeAt: expiresAt });
    expect(await auditOfLending(portal, company.id)).toContainEqual(
      expect.objectContaining({ after: { reason: 'Entrega urgente', leases: 3, freeAt: expiresAt } }),
    );
    expect((await renew(ana.client, viga)).results).toMatchObject([why]);
    const eva = await portal.enterAs(emails[1] ?? '');
    await bring(await receipt(device, portico));
    expect(await refusal(acquire(eva.client, 'viga'))).toMatchObject({ code: 'no-seat-free' });
    expect((await renew(ana.client, zapata)).results).toMatchObject([why]);
    await bring(await receipt(device, zapata));
    expect((await acquire(eva.client, 'viga')).kind).toBe('lease');
  });
});
