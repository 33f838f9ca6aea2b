import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorDataSchema } from '../../src/contract/errors.ts';
import { cleanUp } from '../../src/portal/background/clean-up.ts';
import { revokeKey } from '../../src/portal/services/keys.ts';
import { auditOfLending, borrow, bringTo, lent, placesTaken, receipt } from './borrowing-support.ts';
import { acquire, type LicensePortal, refusal, renew, startLicensePortal } from './licenses-support.ts';
import {
  createTestDevice,
  days,
  hours,
  type PortalClient,
  type TestDevice,
  testPassword,
} from './support.ts';

let portal: LicensePortal;
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

const bring = (paper: string) => bringTo(portal, paper);

describe('a receipt gives back what was borrowed', () => {
  test('once, however often it comes', async () => {
    const { company, other, device, leaseId } = await lent(portal);
    const paper = await receipt(device, leaseId);
    expect([await bring(paper), await bring(paper)]).toEqual([{ code: 'ok' }, { code: 'ok' }]);
    const eva = await portal.enterAs(other);
    const next = await acquire(eva.client);
    await borrow(eva.client, next.leaseId);
    expect(await bring(paper)).toEqual({ code: 'ok' });
    expect(await placesTaken(portal, company.id)).toBe(1);
    const trace = await auditOfLending(portal, company.id);
    expect(trace.map(({ action }) => action)).toEqual(['lease.borrowed', 'lease.returned', 'lease.borrowed']);
    expect(trace[1]).toMatchObject({
      actor: { kind: 'portal' },
      subject: {
        kind: 'lease',
        id: leaseId,
        product: 'viga',
        holder: 'Ingeniera1 Quispe',
        device: 'OBRA-3',
      },
    });
  });

  test('then the device’s next lease is another, which the receipt says nothing of', async () => {
    const { company, ana, device, leaseId } = await lent(portal);
    const paper = await receipt(device, leaseId);
    await bring(paper);
    expect((await renew(ana.client, leaseId)).results).toMatchObject([{ code: 'lease-ended' }]);
    const next = await acquire(ana.client);
    expect([next.kind, next.leaseId === leaseId]).toEqual(['lease', false]);
    await borrow(ana.client, next.leaseId);
    await bring(paper);
    expect(await placesTaken(portal, company.id)).toBe(1);
  });

  test('when its time is over; and when it is a lease again, so that the same is never lent after its receipt', async () => {
    const over = await lent(portal, 1, { days: 1 });
    const late = await lent(portal, 1, { days: 1 });
    portal.clock.advance(1 * days);
    expect(await bring(await receipt(over.device, over.leaseId))).toEqual({ code: 'ok' });
    expect(await portal.running(over.company.id)).toBe(0);
    await late.ana.refresh();
    // It was under way when the device let go.
    await renew(late.ana.client, late.leaseId);
    const paper = await receipt(late.device, late.leaseId);
    await bring(paper);
    await borrow(late.ana.client, (await acquire(late.ana.client)).leaseId);
    expect(await bring(paper)).toEqual({ code: 'ok' });
    expect(await placesTaken(portal, late.company.id)).toBe(1);
  });

  test('not another device’s, of an unknown lease, or of another kind', async () => {
    const { company, device, leaseId } = await lent(portal);
    expect(await bring(await receipt(createTestDevice(), leaseId))).toMatchObject({ code: 'not-found' });
    expect(await bring(await receipt(device, randomUUID()))).toMatchObject({ code: 'not-found' });
    expect(await bring(await receipt(device, leaseId, 'license'))).toMatchObject({ code: 'not-found' });
    for (const kind of ['lease', 'offline-pass'] as const)
      expect(await bring(await receipt(device, leaseId, kind))).toEqual({
        code: 'request-file-invalid',
        data: { detail: 'file-wrong-kind' },
      });
    expect(await placesTaken(portal, company.id)).toBe(1);
  });
});

describe('whatever else ends keeps the place until the device has let go:', () => {
  /** Somebody else gets the place when the receipt comes, not before. */
  async function placeGoesWithReceipt({ device, leaseId, other }: Awaited<ReturnType<typeof lent>>) {
    const eva = await portal.enterAs(other);
    expect(await refusal(acquire(eva.client))).toMatchObject({ code: 'no-seat-free' });
    expect(await bring(await receipt(device, leaseId))).toEqual({ code: 'ok' });
    expect((await acquire(eva.client)).kind).toBe('lease');
  }

  test('signed out', async () => {
    const made = await lent(portal);
    await portal.client(made.device).sessions.signOut({ refreshToken: made.ana.refreshToken });
    await placeGoesWithReceipt(made);
  });

  test('suspended, who goes on with it when let in again', async () => {
    const made = await lent(portal);
    const { client } = await portal.enterAs(made.administrator);
    const id = made.company.contacts[made.email]?.contactId ?? '';
    await client.people.suspendContact({ id });
    expect(await refusal(renew(made.ana.client, made.leaseId))).toMatchObject({ code: 'session-ended' });
    await client.people.reactivateContact({ id });
    const again = await portal.enterAs(made.email, made.device);
    expect((await renew(again.client, made.leaseId)).results).toMatchObject([
      { outcome: 'renewed', kind: 'borrow' },
    ]);
    await client.people.suspendContact({ id });
    await placeGoesWithReceipt(made);
  });

  test('deleted', async () => {
    const made = await lent(portal);
    const { client } = await portal.enterAs(made.administrator);
    await client.sessions.confirmPassword({ password: testPassword });
    await client.people.deleteContact({ id: made.company.contacts[made.email]?.contactId ?? '' });
    await placeGoesWithReceipt(made);
  });

  test('another person on the device, who has a place of their own', async () => {
    const made = await lent(portal, 2);
    const third = await portal.enterAs(made.third, made.device);
    const own = await acquire(third.client);
    expect(own).toMatchObject({ kind: 'lease' });
    expect((await renew(third.client, made.leaseId)).results).toMatchObject([{ code: 'lease-ended' }]);
    await third.client.licenses.release({ leaseId: made.leaseId });
    await placeGoesWithReceipt(made);
  });

  test('another version for its device, from another pool', async () => {
    const { company, ana, other, leaseId } = await lent(portal, 1, { versionTo: '2026.9' });
    const newer = { product: 'viga', kind: 'floating', total: 1, versionFrom: '2027.0' } as const;
    await portal.addPool({ accountId: company.id, ...newer });
    const next = await acquire(ana.client, 'viga', { version: '2027.1' });
    expect([next.kind, next.leaseId === leaseId]).toEqual(['lease', false]);
    // The answer may be lost, and the device be away with what it borrowed.
    const eva = await portal.enterAs(other);
    expect(await refusal(acquire(eva.client))).toMatchObject({ code: 'no-seat-free' });
    await ana.client.licenses.release({ leaseId });
    expect((await acquire(eva.client)).kind).toBe('lease');
  });

  test('a revoked key', async () => {
    const { company, poolId, emails } = await portal.floating(1, 1);
    const device = createTestDevice();
    const { client, keyId } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] }, device);
    const { leaseId } = await acquire(client);
    await borrow(client, leaseId);
    await portal.services.database.asService((tx) => revokeKey(tx, company.id, keyId, portal.clock.now()));
    const eva = await portal.enterAs(emails[0] ?? '');
    expect(await refusal(acquire(eva.client))).toMatchObject({ code: 'no-seat-free' });
    await bring(await receipt(device, leaseId));
    expect((await acquire(eva.client)).kind).toBe('lease');
  });

  test('the night’s tidying; a day after its time is over it goes into its history', async () => {
    const { company, leaseId } = await lent(portal, 1, { days: 3 });
    portal.clock.advance(2 * days);
    await cleanUp(portal.services);
    expect(await placesTaken(portal, company.id)).toBe(1);
    portal.clock.advance(2 * days + 1 * hours);
    await cleanUp(portal.services);
    const history = await portal.query(
      sql`select id, kind from lease_history where account_id = ${company.id}`,
    );
    expect(history).toEqual([{ id: leaseId, kind: 'borrow' }]);
  });
});

describe('never more than the total, whoever does what at the same time:', () => {
  /** Asks for a seat, as a device does that hears of a recall by it. */
  async function letGo(client: PortalClient, device: TestDevice) {
    const leaseId = errorDataSchema.parse((await refusal(acquire(client))).data)?.leaseId;
    if (leaseId === undefined) return;
    await bring(await receipt(device, leaseId));
    await refusal(acquire(client));
  }

  test('borrowing, asking, giving back and taking back', async () => {
    const { company, emails, administrator } = await portal.floating(3, 6);
    const admin = await portal.enterAs(administrator);
    const people = await Promise.all(emails.map((email) => portal.enterAs(email)));
    for (let round = 0; round < 3; round += 1) {
      const grants = await Promise.all(people.map(({ client }) => acquire(client).catch(() => undefined)));
      expect(await placesTaken(portal, company.id)).toBe(3);
      await Promise.all(
        people.flatMap(({ client, device }, index) => {
          const leaseId = grants[index]?.leaseId;
          if (leaseId === undefined) return [refusal(acquire(client))];
          return [
            refusal(borrow(client, leaseId)),
            index % 2 === 0
              ? refusal(admin.client.licenses.reclaim({ leaseId, reason: 'Entrega' }))
              : receipt(device, leaseId).then(bring),
          ];
        }),
      );
      expect(await placesTaken(portal, company.id)).toBeLessThanOrEqual(3);
      await Promise.all(people.map(({ client, device }) => letGo(client, device)));
      expect(await placesTaken(portal, company.id)).toBeLessThanOrEqual(3);
      // Again: a place that a device let go of is kept for the one who waits longest, and has asked before.
      await Promise.all(people.map(({ client }) => refusal(acquire(client))));
      expect(await placesTaken(portal, company.id)).toBe(3);
    }
  });
});
