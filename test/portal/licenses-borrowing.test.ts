import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { certificateDays } from '../../src/portal/keys/certify.ts';
import { createMemoryKeys } from '../../src/portal/keys/key-files.ts';
import { createStandaloneKey } from '../../src/portal/services/keys.ts';
import { borrowLease } from '../../src/portal/services/leases/borrow.ts';
import { auditOfLending, borrow, lent, placesTaken, working } from './borrowing-support.ts';
import { acquire, type LicensePortal, refusal, renew, startLicensePortal } from './licenses-support.ts';
import { createTestDevice, days, hours, minutes, testStart } from './support.ts';

let portal: LicensePortal;
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

const inDays = (count: number) => new Date(portal.clock.now() + count * days).toISOString();

describe('a floating lease that is borrowed', () => {
  test('runs so many days, bound to the device, and is renewed once a day', async () => {
    const { ana, device, leaseId, poolId, company, grant } = await working(portal, 1, {
      features: ['sismo'],
    });
    expect([grant.kind, grant.borrowDays]).toEqual(['lease', 14]);
    const borrowed = await borrow(ana.client, leaseId, 10);
    expect(borrowed).toMatchObject({ leaseId, kind: 'borrow', expiresAt: inDays(10), borrowDays: 14 });
    expect(borrowed.renewAfter).toBeGreaterThanOrEqual(0.9 * 86_400);
    expect(borrowed.renewAfter).toBeLessThanOrEqual(1.1 * 86_400);
    expect(portal.verified(borrowed.document, device)).toMatchObject({
      kind: 'borrow',
      claims: {
        account: company.id,
        holder: 'Ingeniera1 Quispe',
        aud: 'viga',
        features: ['sismo'],
        exp: portal.clock.now() / 1000 + 10 * 86_400,
        seq: 1,
        lease: leaseId,
        pool: poolId,
      },
    });
    expect(await auditOfLending(portal, company.id)).toEqual([
      {
        action: 'lease.borrowed',
        actor: expect.objectContaining({ kind: 'person', email: expect.stringMatching(/^e1@/) }),
        subject: {
          kind: 'lease',
          id: leaseId,
          product: 'viga',
          holder: 'Ingeniera1 Quispe',
          device: 'OBRA-3',
        },
        after: { days: 10, until: inDays(10) },
      },
    ]);
  });

  test('keeps its place for as long, and shows as borrowed', async () => {
    const { other, administrator, leaseId, poolId, borrowed } = await lent(portal);
    portal.clock.advance(6 * days + 23 * hours);
    const { client } = await portal.enterAs(administrator);
    expect((await client.people.listHolders({ poolId })).holders).toMatchObject([
      { leaseId, borrowed: true, expiresAt: borrowed.expiresAt },
    ]);
    expect((await client.people.listPools()).pools).toMatchObject([{ used: 1, available: 0 }]);
    const eva = await portal.enterAs(other);
    expect(await refusal(acquire(eva.client))).toMatchObject({ code: 'no-seat-free' });
    portal.clock.advance(1 * hours);
    await eva.refresh();
    expect((await acquire(eva.client)).kind).toBe('lease');
  });

  test('is renewed with the end that it has', async () => {
    const { ana, device, leaseId, borrowed } = await lent(portal);
    portal.clock.advance(1 * days);
    await ana.refresh();
    const { results } = await renew(ana.client, leaseId);
    expect(results).toMatchObject([
      { outcome: 'renewed', kind: 'borrow', leaseId, expiresAt: borrowed.expiresAt, borrowDays: 14 },
    ]);
    if (results[0]?.outcome !== 'renewed') throw new Error('not renewed');
    expect(portal.verified(results[0].document, device).claims.seq).toBe(2);
    // Also in its last minute, which is decided under the pool's lock.
    portal.clock.advance(6 * days - 1 * minutes);
    await ana.refresh();
    expect((await renew(ana.client, leaseId)).results).toMatchObject([
      { outcome: 'renewed', kind: 'borrow', expiresAt: borrowed.expiresAt },
    ]);
  });

  test('once more: so many days from then, never fewer than were left', async () => {
    const { ana, leaseId, company } = await lent(portal);
    portal.clock.advance(2 * days);
    await ana.refresh();
    const longer = await borrow(ana.client, leaseId, 14);
    expect(longer).toMatchObject({ leaseId, kind: 'borrow', expiresAt: inDays(14) });
    // The device might not hear of an end that is sooner.
    expect((await borrow(ana.client, leaseId, 1)).expiresAt).toBe(longer.expiresAt);
    expect((await borrow(ana.client, leaseId, 14)).expiresAt).toBe(longer.expiresAt);
    expect(await portal.running(company.id)).toBe(1);
    expect(await auditOfLending(portal, company.id)).toHaveLength(4);
  });

  test('past its end is a lease again while its place is free, and ends when it was taken', async () => {
    const { ana, other, leaseId } = await lent(portal, 1, { days: 1 });
    portal.clock.advance(1 * days);
    await ana.refresh();
    expect((await renew(ana.client, leaseId)).results).toMatchObject([
      {
        outcome: 'renewed',
        leaseId,
        kind: 'lease',
        expiresAt: new Date(portal.clock.now() + 20 * minutes).toISOString(),
      },
    ]);
    await borrow(ana.client, leaseId, 1);
    portal.clock.advance(1 * days);
    await ana.refresh();
    await acquire((await portal.enterAs(other)).client);
    expect(await refusal(borrow(ana.client, leaseId))).toMatchObject({ code: 'no-seat-free' });
    expect((await renew(ana.client, leaseId)).results).toMatchObject([
      { outcome: 'ended', code: 'no-seat-free' },
    ]);
  });

  test('ends with what the company bought', async () => {
    const endsAt = portal.clock.now() + 3 * days;
    const { ana, leaseId, borrowed } = await lent(portal, 1, { endsAt });
    expect(borrowed.expiresAt).toBe(new Date(endsAt).toISOString());
    portal.clock.advance(3 * days);
    await ana.refresh();
    expect(await refusal(borrow(ana.client, leaseId))).toMatchObject({ code: 'lease-ended' });
    expect((await renew(ana.client, leaseId)).results).toMatchObject([{ code: 'lease-ended' }]);
  });

  test('can be a cloud key’s', async () => {
    const { company, poolId } = await portal.floating(1, 0);
    const device = createTestDevice();
    const { client, keyId } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] }, device);
    const { leaseId } = await acquire(client);
    const borrowed = await borrow(client, leaseId);
    expect(portal.verified(borrowed.document, device)).toMatchObject({ kind: 'borrow' });
    expect(await auditOfLending(portal, company.id)).toMatchObject([{ actor: { kind: 'key', id: keyId } }]);
  });
});

test('what is lent ends with the certificate that signs it', async () => {
  const keys = await createMemoryKeys(testStart - (certificateDays - 4) * days);
  const young = await startLicensePortal({ keys });
  try {
    const { borrowed, device } = await lent(young);
    expect(borrowed.expiresAt).toBe(new Date(testStart + 4 * days).toISOString());
    young.verified(borrowed.document, device);
  } finally {
    await young.close();
  }
});

describe('an answer that was lost: the device has its lease and does not know that it is lent', () => {
  test('its renewal is answered with what is borrowed', async () => {
    const { ana, device, leaseId, borrowed } = await lent(portal);
    const { results } = await ana.client.licenses.renew({ leases: [{ leaseId, seq: 0 }] });
    if (results[0]?.outcome !== 'renewed') throw new Error('not renewed');
    expect(portal.verified(results[0].document, device).kind).toBe('borrow');
    expect(results[0].expiresAt).toBe(borrowed.expiresAt);
  });

  test('so is its request, also for other features, and after it signed in again', async () => {
    const { company, ana, email, device, leaseId, borrowed } = await lent(portal);
    const more = { accountId: company.id, product: 'viga', kind: 'floating', total: 5 } as const;
    await portal.addPool({ ...more, features: ['sismo'] });
    portal.clock.advance(1 * days);
    await ana.refresh();
    const again = [
      await acquire(ana.client, 'viga', { features: ['sismo'] }),
      await acquire((await portal.enterAs(email, device)).client),
    ];
    for (const grant of again) {
      expect(grant).toMatchObject({ leaseId, kind: 'borrow', expiresAt: borrowed.expiresAt });
      expect(portal.verified(grant.document, device).kind).toBe('borrow');
    }
    expect(await portal.running(company.id)).toBe(1);
  });

  test('it gives back what it has: the borrowed one ends', async () => {
    const { ana, other, leaseId } = await lent(portal);
    await ana.client.licenses.release({ leaseId });
    expect((await acquire((await portal.enterAs(other)).client)).kind).toBe('lease');
    expect(await refusal(borrow(ana.client, leaseId))).toMatchObject({ code: 'lease-ended' });
  });

  test('after the end of what it borrowed its request is answered with a lease', async () => {
    const { ana, leaseId } = await lent(portal, 1, { days: 1 });
    portal.clock.advance(1 * days);
    await ana.refresh();
    expect(await acquire(ana.client)).toMatchObject({ leaseId, kind: 'lease' });
  });
});

describe('is not lent:', () => {
  test('somebody else’s lease, or another device’s, or nothing', async () => {
    const { ana, email, other, device, leaseId, company } = await working(portal, 3);
    const thieves = [await portal.enterAs(email), await portal.enterAs(other, device)];
    const stranger = await working(portal);
    for (const { client } of [...thieves, stranger.ana])
      expect(await refusal(borrow(client, leaseId))).toEqual({ code: 'lease-ended' });
    expect(await refusal(borrow(stranger.ana.client, randomUUID()))).toEqual({ code: 'lease-ended' });
    expect(await auditOfLending(portal, company.id)).toEqual([]);
    const ownAgain = await portal.enterAs(email, ana.device);
    expect((await borrow(ownAgain.client, leaseId)).kind).toBe('borrow');
  });

  test('a standalone license', async () => {
    const { ana, company, device } = await working(portal);
    const given = { accountId: company.id, product: 'viga', deviceLimit: 1 };
    const { key } = await portal.services.database.asService((tx) =>
      createStandaloneKey(tx, given, portal.clock.now()),
    );
    const input = { key, device: device.description, salt: 'c2FsdHNhbHRzYWx0c2E' };
    const { activation } = await portal.client(device).licenses.activate(input);
    expect(await refusal(borrow(ana.client, activation.id))).toMatchObject({ code: 'lease-ended' });
  });

  test('a named seat, which works without network anyway', async () => {
    const { company, emails } = await portal.engineers(1);
    const named = { accountId: company.id, product: 'viga', kind: 'named', total: 1 } as const;
    await portal.assignSeat(company, await portal.addPool(named), emails[0] ?? '');
    const ana = await portal.enterAs(emails[0] ?? '');
    const pass = await acquire(ana.client);
    expect([pass.kind, pass.borrowDays]).toEqual(['offline-pass', 0]);
    expect(await refusal(borrow(ana.client, pass.leaseId))).toEqual({
      code: 'borrow-unavailable',
      data: { product: 'Viga' },
    });
  });

  test('what the company does not lend, or not for so long', async () => {
    const { ana, leaseId, poolId, grant } = await working(portal, 1, { borrowDays: 0 });
    expect(grant.borrowDays).toBe(0);
    expect(await refusal(borrow(ana.client, leaseId, 1))).toMatchObject({ code: 'borrow-unavailable' });
    await portal.query(sql`update pool set borrow_days = 3 where id = ${poolId}`);
    expect(await refusal(borrow(ana.client, leaseId, 4))).toEqual({
      code: 'borrow-too-long',
      data: { product: 'Viga', maximum: 3 },
    });
    expect((await renew(ana.client, leaseId)).results).toMatchObject([{ kind: 'lease', borrowDays: 3 }]);
    expect((await borrow(ana.client, leaseId, 3)).kind).toBe('borrow');
    expect(await refusal(borrow(ana.client, leaseId, 0))).toMatchObject({ code: 'invalid-input' });
    expect(await refusal(borrow(ana.client, leaseId, 31))).toMatchObject({ code: 'invalid-input' });
  });

  test('a place beyond the total, until one within is free', async () => {
    const { ana, other, leaseId, company } = await working(portal, 1, { overage: 1 });
    const eva = await portal.enterAs(other);
    const beyond = await acquire(eva.client);
    expect(await refusal(borrow(eva.client, beyond.leaseId))).toEqual({
      code: 'no-seat-free',
      data: { product: 'Viga', total: 1, available: 0 },
    });
    const { expiresAt } = await borrow(ana.client, leaseId);
    const refused = { code: 'no-seat-free' };
    expect(await refusal(borrow(eva.client, beyond.leaseId))).toMatchObject(refused);
    // Whose place is beyond does not change when the first one asks again.
    await acquire(ana.client);
    expect(await refusal(borrow(eva.client, beyond.leaseId))).toMatchObject(refused);
    portal.clock.advance(Date.parse(expiresAt) - portal.clock.now() - 1 * minutes);
    await eva.refresh();
    await ana.refresh();
    await acquire(eva.client);
    await renew(ana.client, leaseId);
    expect(await refusal(borrow(eva.client, beyond.leaseId))).toMatchObject(refused);
    await ana.client.licenses.release({ leaseId });
    expect((await borrow(eva.client, beyond.leaseId)).kind).toBe('borrow');
    expect(await portal.query(sql`select 1 from lease where account_id = ${company.id} and overage`)).toEqual(
      [],
    );
  });

  test('a place that the pool has no more, but what was lent stays', async () => {
    const { ana, other, leaseId, poolId, borrowed } = await lent(portal, 2);
    await acquire((await portal.enterAs(other)).client);
    await portal.query(sql`update pool set total = 1 where id = ${poolId}`);
    expect(await refusal(borrow(ana.client, leaseId, 14))).toMatchObject({ code: 'no-seat-free' });
    expect((await renew(ana.client, leaseId)).results).toMatchObject([
      { kind: 'borrow', expiresAt: borrowed.expiresAt },
    ]);
  });

  test('to somebody whose access ended meanwhile', async () => {
    const { email, administrator, company, device, leaseId } = await working(portal);
    const principal = await portal.principalOf(device);
    const admin = await portal.enterAs(administrator);
    await admin.client.people.suspendContact({ id: company.contacts[email]?.contactId ?? '' });
    const request = { id: randomUUID(), address: '' } as Parameters<typeof borrowLease>[3];
    const call = borrowLease(portal.services, principal, { leaseId, days: 7 }, request);
    expect(await refusal(call)).toMatchObject({ code: 'session-ended' });
    expect(await placesTaken(portal, company.id)).toBe(0);
  });
});
