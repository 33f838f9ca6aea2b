import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { revokeKey } from '../../src/portal/services/keys.ts';
import { endLeases } from '../../src/portal/services/leases/end-leases.ts';
import { acquire, type LicensePortal, refusal, startLicensePortal } from './licenses-support.ts';
import { createTestDevice, days, minutes, testPassword } from './support.ts';

let portal: LicensePortal;
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

const signIn = (email: string, device = createTestDevice()) => portal.signIn(email, testPassword, { device });

function renew(client: Awaited<ReturnType<typeof signIn>>['client'], ...leaseIds: string[]) {
  return client.licenses.renew({ leases: leaseIds.map((leaseId) => ({ leaseId, seq: 0 })) });
}

/** A company with one floating pool of Viga. */
async function floating(total: number, engineers: number, change: object = {}) {
  const made = await portal.engineers(engineers);
  const poolId = await portal.addPool({
    accountId: made.company.id,
    product: 'viga',
    kind: 'floating',
    total,
    ...change,
  });
  return { ...made, poolId };
}

/** Running leases of a company, whatever the clock. */
async function running(accountId: string): Promise<number> {
  const [count] = await portal.query<{ n: number }>(
    sql`select count(*)::int as n from lease where account_id = ${accountId} and ended_at is null`,
  );
  return count?.n ?? -1;
}

describe('a floating seat', () => {
  test('A20: signing in is enough to run; the lease is signed, short and bound to the device', async () => {
    const { emails, company, poolId } = await floating(2, 1, {
      features: ['eurocode', 'seismic'],
      versionTo: '2026',
    });
    const device = createTestDevice('OBRA-3');
    const ana = await signIn(emails[0] ?? '', device);
    const grant = await acquire(ana.client, 'viga', { features: ['eurocode', 'unknown'] });
    const now = portal.clock.now() / 1000;
    expect(portal.verified(grant.document, device)).toMatchObject({
      kind: 'lease',
      claims: {
        account: company.id,
        accountName: company.contacts && expect.any(String),
        holder: 'Ingeniera1 Quispe',
        aud: 'viga',
        productName: 'Viga',
        versions: { to: '2026' },
        features: ['eurocode'],
        iat: now,
        exp: now + 20 * 60,
        runOn: 3600,
        countdown: 900,
        seq: 0,
        lease: grant.leaseId,
        pool: poolId,
        seatKind: 'floating',
      },
    });
    expect(grant.renewAfter).toBeGreaterThanOrEqual(270);
    expect(grant.renewAfter).toBeLessThanOrEqual(330);
    expect(grant.expiresAt).toBe(new Date(portal.clock.now() + 20 * minutes).toISOString());
  });

  test('all of the pool’s features come when none is asked for', async () => {
    const { emails } = await floating(1, 1, { features: ['eurocode', 'seismic'] });
    const ana = await signIn(emails[0] ?? '');
    expect(portal.verified((await acquire(ana.client)).document).claims.features).toEqual([
      'eurocode',
      'seismic',
    ]);
  });

  test('never outlives what the company bought', async () => {
    const { emails } = await floating(1, 1, { endsAt: portal.clock.now() + 5 * minutes });
    const ana = await signIn(emails[0] ?? '');
    const grant = await acquire(ana.client);
    expect(portal.verified(grant.document).claims).toMatchObject({
      exp: portal.clock.now() / 1000 + 300,
      runOn: 300,
    });
    portal.clock.advance(5 * minutes);
    await ana.refresh();
    expect((await renew(ana.client, grant.leaseId)).results).toMatchObject([
      { outcome: 'ended', code: 'lease-ended' },
    ]);
    expect(await refusal(acquire(ana.client))).toMatchObject({ code: 'product-unknown' });
  });

  test('when none is free: how many there are, and to those who may see seats, who has them', async () => {
    const { emails, administrator } = await floating(1, 1);
    await acquire((await signIn(emails[0] ?? '', createTestDevice('OBRA-3'))).client);
    const other = await signIn(emails[0] ?? '', createTestDevice('OBRA-4'));
    expect(await refusal(acquire(other.client))).toEqual({
      code: 'no-seat-free',
      data: { product: 'Viga', total: 1, available: 0 },
    });
    expect(await refusal(acquire((await signIn(administrator)).client))).toMatchObject({
      code: 'no-seat-free',
      data: {
        holders: [
          { name: 'Ingeniera1 Quispe', device: 'OBRA-3', since: new Date(portal.clock.now()).toISOString() },
        ],
      },
    });
  });

  test('is free when its lease’s time is over, with nobody tidying', async () => {
    const { emails, company } = await floating(1, 2);
    await acquire((await signIn(emails[0] ?? '')).client);
    const second = await signIn(emails[1] ?? '');
    expect(await refusal(acquire(second.client))).toMatchObject({ code: 'no-seat-free' });
    portal.clock.advance(20 * minutes);
    await second.refresh();
    expect((await acquire(second.client)).kind).toBe('lease');
    expect(await running(company.id)).toBe(2);
  });

  test('goes on late in the same lease while its place is free, and ends when it was taken', async () => {
    const { emails } = await floating(1, 2);
    const first = await signIn(emails[0] ?? '');
    const grant = await acquire(first.client);
    portal.clock.advance(40 * minutes);
    await first.refresh();
    const late = await renew(first.client, grant.leaseId);
    expect(late.results).toMatchObject([{ outcome: 'renewed', leaseId: grant.leaseId }]);

    portal.clock.advance(40 * minutes);
    await first.refresh();
    const second = await signIn(emails[1] ?? '');
    await acquire(second.client);
    const later = await renew(first.client, grant.leaseId);
    expect(later.results).toMatchObject([{ outcome: 'ended', leaseId: grant.leaseId, code: 'no-seat-free' }]);
  });

  test('beyond the total as far as the company’s allowance goes, and it is recorded', async () => {
    const { company, poolId } = await floating(1, 0, { overage: 1 });
    for (let device = 0; device < 2; device++) {
      const { client } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
      await acquire(client);
    }
    const third = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
    expect(await refusal(acquire(third.client))).toMatchObject({ code: 'no-seat-free', data: { total: 1 } });
    const marks = await portal.query<{ overage: boolean }>(
      sql`select overage from lease where account_id = ${company.id} order by overage`,
    );
    expect(marks).toEqual([{ overage: false }, { overage: true }]);
  });

  test('one seat for all programs of a suite on one device', async () => {
    const { company, emails } = await portal.engineers(1);
    await portal.addPool({ accountId: company.id, product: 'estructuras', kind: 'floating', total: 1 });
    const device = createTestDevice();
    const ana = await signIn(emails[0] ?? '', device);
    const [viga, portico] = [await acquire(ana.client, 'viga'), await acquire(ana.client, 'portico')];
    expect(portal.verified(viga.document, device).claims.aud).toBe('viga');
    expect(portal.verified(portico.document, device).claims.aud).toBe('portico');
    const elsewhere = await signIn(emails[0] ?? '');
    expect(await refusal(acquire(elsewhere.client, 'zapata'))).toMatchObject({ code: 'no-seat-free' });
    await ana.client.licenses.release({ leaseId: viga.leaseId });
    expect(await refusal(acquire(elsewhere.client, 'zapata'))).toMatchObject({ code: 'no-seat-free' });
    await ana.client.licenses.release({ leaseId: portico.leaseId });
    expect((await acquire(elsewhere.client, 'zapata')).kind).toBe('lease');
  });
});

describe('a named seat', () => {
  async function named(change: object = {}) {
    const made = await portal.engineers(2);
    const poolId = await portal.addPool({
      accountId: made.company.id,
      product: 'viga',
      kind: 'named',
      total: 1,
      ...change,
    });
    const [email = ''] = made.emails;
    return { ...made, poolId, email, seatId: await portal.assignSeat(made.company, poolId, email) };
  }

  test('gives a pass of thirty days, renewed daily', async () => {
    const { email, seatId } = await named();
    const device = createTestDevice();
    const ana = await signIn(email, device);
    const grant = await acquire(ana.client);
    expect(grant.kind).toBe('offline-pass');
    expect(grant.renewAfter).toBeGreaterThanOrEqual(0.9 * 86_400);
    expect(portal.verified(grant.document, device)).toMatchObject({
      kind: 'offline-pass',
      claims: { seat: seatId, exp: portal.clock.now() / 1000 + 30 * 86_400 },
    });
    portal.clock.advance(1 * days);
    await ana.refresh();
    const renewed = await renew(ana.client, grant.leaseId);
    expect(renewed.results).toMatchObject([
      { outcome: 'renewed', expiresAt: new Date(portal.clock.now() + 30 * days).toISOString() },
    ]);
  });

  test('is nobody else’s', async () => {
    const { emails } = await named();
    const other = await signIn(emails[1] ?? '');
    expect(await refusal(acquire(other.client))).toEqual({
      code: 'no-seat-assigned',
      data: { product: 'Viga' },
    });
  });

  test('is preferred to a floating one, which the device gives back', async () => {
    const { company, emails, poolId } = await named();
    const floatingPool = await portal.addPool({
      accountId: company.id,
      product: 'viga',
      kind: 'floating',
      total: 1,
    });
    const email = emails[1] ?? '';
    const ana = await signIn(email);
    expect((await acquire(ana.client)).kind).toBe('lease');
    await portal.assignSeat(company, poolId, email);
    expect((await acquire(ana.client)).kind).toBe('offline-pass');
    expect(await running(company.id)).toBe(1);
    expect(floatingPool).not.toBe(poolId);
  });

  test('withdrawn: the holder’s next renewal says so, whichever way it went', async () => {
    const { company, email, seatId } = await named();
    const ana = await signIn(email);
    const grant = await acquire(ana.client);
    await portal.services.database.inAccount(company.id, async (tx) => {
      await tx.execute(sql`delete from seat where account_id = ${company.id} and id = ${seatId}`);
      await endLeases(
        tx,
        { accountId: company.id, seatId },
        { code: 'no-seat-assigned', now: portal.clock.now() },
      );
    });
    const ended = { outcome: 'ended', leaseId: grant.leaseId, code: 'no-seat-assigned' };
    expect((await renew(ana.client, grant.leaseId)).results).toMatchObject([ended]);
    expect(await refusal(acquire(ana.client))).toMatchObject({ code: 'no-seat-assigned' });

    const other = await named();
    const eva = await signIn(other.email);
    const pass = await acquire(eva.client);
    await portal.query(sql`delete from seat where id = ${other.seatId}`);
    expect((await renew(eva.client, pass.leaseId)).results).toMatchObject([
      { ...ended, leaseId: pass.leaseId },
    ]);
  });

  test('on as many devices at once as the pool says', async () => {
    const { email } = await named({ devicesPerSeat: 2 });
    const [first, second] = [await signIn(email), await signIn(email)];
    const grant = await acquire(first.client);
    await acquire(second.client);
    const third = await signIn(email);
    expect(await refusal(acquire(third.client))).toEqual({
      code: 'device-limit',
      data: { product: 'Viga', total: 2 },
    });
    await first.client.licenses.release({ leaseId: grant.leaseId });
    expect((await acquire(third.client)).kind).toBe('offline-pass');
  });
});

describe('refused', () => {
  test('a product that does not exist, or that the company has not', async () => {
    const { emails } = await floating(1, 1);
    const ana = await signIn(emails[0] ?? '');
    expect(await refusal(acquire(ana.client, 'nothing'))).toMatchObject({ code: 'product-unknown' });
    expect(await refusal(acquire(ana.client, 'zapata'))).toMatchObject({ code: 'product-unknown' });
  });

  test('a version that is not covered', async () => {
    const { emails } = await floating(1, 1, { versionFrom: '2024', versionTo: '2025' });
    const ana = await signIn(emails[0] ?? '');
    expect(await refusal(acquire(ana.client, 'viga', { version: '2026.1' }))).toEqual({
      code: 'version-not-covered',
      data: { product: 'Viga' },
    });
    expect(await refusal(acquire(ana.client, 'viga', { version: '2025.4' }))).toEqual({ code: 'ok' });
  });

  test('a pool that has not begun', async () => {
    const { emails } = await floating(1, 1, { startsAt: portal.clock.now() + minutes });
    const ana = await signIn(emails[0] ?? '');
    expect(await refusal(acquire(ana.client))).toMatchObject({ code: 'product-unknown' });
  });

  test('products of another company', async () => {
    await floating(5, 0);
    const { emails } = await portal.engineers(1);
    const ana = await signIn(emails[0] ?? '');
    expect(await refusal(acquire(ana.client))).toMatchObject({ code: 'product-unknown' });
    expect(await ana.client.licenses.products()).toEqual({ products: [] });
  });

  test('with a cloud key, every product that is not the key’s', async () => {
    const { company, poolId } = await floating(1, 0);
    await portal.addPool({ accountId: company.id, product: 'zapata', kind: 'floating', total: 1 });
    const { client } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
    expect(await refusal(acquire(client, 'zapata'))).toMatchObject({ code: 'product-unknown' });
    const grant = await acquire(client, 'viga');
    const { claims } = portal.verified(grant.document);
    expect(claims).not.toHaveProperty('holder');
    expect(await client.licenses.products()).toMatchObject({ products: [{ code: 'viga' }] });
  });
});

describe('a repeated request', () => {
  test('gets the same answer, also when both are under way', async () => {
    const { emails, company } = await floating(3, 1);
    const ana = await signIn(emails[0] ?? '');
    const idempotencyKey = randomUUID();
    const first = await acquire(ana.client, 'viga', { idempotencyKey });
    expect(await acquire(ana.client, 'viga', { idempotencyKey })).toEqual(first);
    const other = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => acquire(ana.client, 'viga', { idempotencyKey: other })),
    );
    expect(new Set(answers.map((answer) => answer.document)).size).toBe(1);
    expect(await running(company.id)).toBe(1);
  });

  test('with the same key for something else is refused', async () => {
    const { emails } = await floating(3, 1);
    const ana = await signIn(emails[0] ?? '');
    const idempotencyKey = randomUUID();
    await acquire(ana.client, 'viga', { idempotencyKey });
    expect(await refusal(acquire(ana.client, 'viga', { idempotencyKey, version: '2026.2' }))).toMatchObject({
      code: 'idempotency-mismatch',
    });
    const elsewhere = await signIn(emails[0] ?? '');
    expect(await refusal(acquire(elsewhere.client, 'viga', { idempotencyKey }))).toMatchObject({
      code: 'idempotency-mismatch',
    });
  });

  test('after a refusal is tried again', async () => {
    const { emails } = await floating(1, 2);
    const [first, second] = [await signIn(emails[0] ?? ''), await signIn(emails[1] ?? '')];
    const grant = await acquire(first.client);
    const idempotencyKey = randomUUID();
    expect(await refusal(acquire(second.client, 'viga', { idempotencyKey }))).toMatchObject({
      code: 'no-seat-free',
    });
    await first.client.licenses.release({ leaseId: grant.leaseId });
    expect((await acquire(second.client, 'viga', { idempotencyKey })).kind).toBe('lease');
  });

  test('after a restart the device gets its own lease again, with a higher sequence', async () => {
    const { emails, company } = await floating(1, 1);
    const device = createTestDevice();
    const ana = await signIn(emails[0] ?? '', device);
    const first = await acquire(ana.client);
    portal.clock.advance(3 * minutes);
    const second = await acquire((await signIn(emails[0] ?? '', device)).client, 'viga', {
      version: '2026.2',
    });
    expect(second.leaseId).toBe(first.leaseId);
    expect(portal.verified(second.document).claims.seq).toBe(1);
    expect(await running(company.id)).toBe(1);
  });
});

describe('renewal', () => {
  test('of all leases of a device in one call, in the order asked', async () => {
    const { company, emails, poolId } = await floating(1, 1);
    const suite = await portal.addPool({
      accountId: company.id,
      product: 'estructuras',
      kind: 'floating',
      total: 1,
    });
    const device = createTestDevice();
    const ana = await signIn(emails[0] ?? '', device);
    const [viga, zapata] = [await acquire(ana.client, 'viga'), await acquire(ana.client, 'zapata')];
    portal.clock.advance(5 * minutes);
    const unknown = randomUUID();
    const answer = await ana.client.licenses.renew({
      leases: [
        { leaseId: zapata.leaseId, seq: 0 },
        { leaseId: unknown, seq: 0 },
        { leaseId: viga.leaseId, seq: 7 },
      ],
    });
    const until = new Date(portal.clock.now() + 20 * minutes).toISOString();
    expect(answer).toMatchObject({
      serverTime: new Date(portal.clock.now()).toISOString(),
      results: [
        { outcome: 'renewed', leaseId: zapata.leaseId, product: 'zapata', expiresAt: until },
        { outcome: 'ended', leaseId: unknown, code: 'lease-ended' },
        { outcome: 'renewed', leaseId: viga.leaseId, product: 'viga', expiresAt: until },
      ],
    });
    const [first, , last] = answer.results;
    if (first?.outcome !== 'renewed' || last?.outcome !== 'renewed') throw new Error('not renewed');
    expect(portal.verified(first.document, device).claims).toMatchObject({ seq: 1, pool: suite });
    // The device was ahead: the portal had been restored from a copy.
    expect(portal.verified(last.document, device).claims).toMatchObject({ seq: 8, pool: expect.any(String) });
    expect(poolId).not.toBe(suite);
  });

  test('of another device’s lease, even of the same person, is no renewal', async () => {
    const { emails } = await floating(2, 2);
    const ana = await signIn(emails[0] ?? '');
    const grant = await acquire(ana.client);
    for (const thief of [await signIn(emails[0] ?? ''), await signIn(emails[1] ?? '', ana.device)]) {
      const { results } = await renew(thief.client, grant.leaseId);
      expect(results).toMatchObject([{ outcome: 'ended', code: 'lease-ended' }]);
      await thief.client.licenses.release({ leaseId: grant.leaseId });
    }
    expect((await renew(ana.client, grant.leaseId)).results).toMatchObject([{ outcome: 'renewed' }]);
  });

  test('many devices of one company at once', async () => {
    const { company, poolId } = await floating(30, 0);
    const devices = await Promise.all(
      Array.from({ length: 30 }, () => portal.enterWithKey({ accountId: company.id, poolIds: [poolId] })),
    );
    const grants = await Promise.all(devices.map(({ client }) => acquire(client)));
    portal.clock.advance(5 * minutes);
    const answers = await Promise.all(
      devices.map(({ client }, index) => renew(client, grants[index]?.leaseId ?? '')),
    );
    expect(answers.map(({ results }) => results[0])).toEqual(
      grants.map(({ leaseId }) => expect.objectContaining({ outcome: 'renewed', leaseId })),
    );
  });

  test('of a lease that an administrator took back says so, with the reason', async () => {
    const { emails, administrator, company } = await floating(1, 2);
    const ana = await signIn(emails[0] ?? '');
    const grant = await acquire(ana.client);
    const admin = await signIn(administrator);
    await admin.client.licenses.reclaim({ leaseId: grant.leaseId, reason: 'Entrega urgente del puente' });
    const second = await signIn(emails[1] ?? '');
    expect((await acquire(second.client)).kind).toBe('lease');
    expect((await renew(ana.client, grant.leaseId)).results).toEqual([
      {
        outcome: 'ended',
        leaseId: grant.leaseId,
        code: 'lease-reclaimed',
        data: { detail: 'Entrega urgente del puente' },
      },
    ]);
    const written = await portal.query(
      sql`select actor ->> 'email' as actor, subject, after from audit
        where account_id = ${company.id} and action = 'lease.reclaimed'`,
    );
    expect(written).toEqual([
      {
        actor: administrator,
        subject: {
          kind: 'lease',
          id: grant.leaseId,
          product: 'viga',
          holder: 'Ingeniera1 Quispe',
          device: 'CONDOR-PC-07',
        },
        after: { reason: 'Entrega urgente del puente' },
      },
    ]);
    // Once more changes nothing and is not written again.
    await admin.client.licenses.reclaim({ leaseId: grant.leaseId, reason: 'Otra vez' });
    const [count] = await portal.query(
      sql`select count(*)::int as n from audit where account_id = ${company.id} and action = 'lease.reclaimed'`,
    );
    expect(count).toEqual({ n: 1 });
    expect(
      await refusal(admin.client.licenses.reclaim({ leaseId: randomUUID(), reason: 'Nadie' })),
    ).toMatchObject({
      code: 'not-found',
    });
  });

  test('of leases of a revoked key', async () => {
    const { company, poolId } = await floating(1, 0);
    const { client, key, keyId } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
    const grant = await acquire(client);
    await portal.services.database.asService((tx) => revokeKey(tx, company.id, keyId, portal.clock.now()));
    expect(await refusal(renew(client, grant.leaseId))).toMatchObject({ code: 'session-ended' });
    const [lease] = await portal.query(sql`select end_code from lease where id = ${grant.leaseId}`);
    expect(lease).toEqual({ end_code: 'key-invalid' });
    const device = createTestDevice();
    const again = portal.client(device).sessions.withKey({ key, device: device.description });
    expect(await refusal(again)).toMatchObject({ code: 'key-invalid' });
  });
});

describe('who leaves gives the seat back at once:', () => {
  async function holder() {
    const made = await floating(1, 2);
    const [email = '', other = ''] = made.emails;
    const ana = await signIn(email);
    const grant = await acquire(ana.client);
    const admin = await signIn(made.administrator);
    await admin.client.sessions.confirmPassword({ password: testPassword });
    const id = made.company.contacts[email]?.contactId ?? '';
    return { ana, grant, admin, id, email, next: await signIn(other) };
  }

  test('suspended, and told so when let in again', async () => {
    const { ana, grant, admin, id, email, next } = await holder();
    await admin.client.people.suspendContact({ id });
    expect((await acquire(next.client)).kind).toBe('lease');
    expect(await refusal(renew(ana.client, grant.leaseId))).toMatchObject({ code: 'session-ended' });
    await admin.client.people.reactivateContact({ id });
    const again = await signIn(email, ana.device);
    expect((await renew(again.client, grant.leaseId)).results).toMatchObject([
      { outcome: 'ended', leaseId: grant.leaseId, code: 'contact-suspended' },
    ]);
  });

  test('deleted', async () => {
    const { ana, grant, admin, id, next } = await holder();
    await admin.client.people.deleteContact({ id });
    expect((await acquire(next.client)).kind).toBe('lease');
    expect(await refusal(renew(ana.client, grant.leaseId))).toMatchObject({ code: 'session-ended' });
    const [lease] = await portal.query(sql`select end_code from lease where id = ${grant.leaseId}`);
    expect(lease).toEqual({ end_code: 'session-ended' });
  });
});

describe('a cloud key', () => {
  test('enters on as many devices at once as it may, the same ones again at any time', async () => {
    const { company, poolId } = await floating(9, 0);
    const device = createTestDevice();
    const given = { accountId: company.id, poolIds: [poolId], deviceLimit: 2 };
    const { key } = await portal.enterWithKey(given, device);
    const entries = await Promise.all(Array.from({ length: 5 }, () => refusal(portal.enter(key))));
    expect(entries.filter(({ code }) => code === 'ok')).toHaveLength(1);
    expect(entries.filter(({ code }) => code !== 'ok')).toEqual(
      Array(4).fill({ code: 'device-limit', data: { total: 2 } }),
    );
    await portal.enter(key, device);
    const end = sql`update session set ended_at = created_at, end_reason = 'ended' where device_thumbprint = ${device.thumbprint}`;
    await portal.query(end);
    expect(await refusal(portal.enter(key))).toEqual({ code: 'ok' });
  });

  test('opens nothing when its time or its pools are over', async () => {
    const { company, poolId } = await floating(1, 0, { endsAt: portal.clock.now() + minutes });
    const { key } = await portal.enterWithKey({
      accountId: company.id,
      poolIds: [poolId],
      endsAt: portal.clock.now() + 2 * minutes,
    });
    portal.clock.advance(minutes);
    const client = await portal.enter(key);
    expect(await client.licenses.products()).toEqual({ products: [] });
    portal.clock.advance(minutes);
    expect(await refusal(portal.enter(key))).toMatchObject({ code: 'key-invalid' });
  });
});

test('releasing twice is not an error, and the seat is free at once', async () => {
  const { emails, company } = await floating(1, 2);
  const [ana, eva] = [await signIn(emails[0] ?? ''), await signIn(emails[1] ?? '')];
  const { leaseId } = await acquire(ana.client);
  await ana.client.licenses.release({ leaseId });
  await ana.client.licenses.release({ leaseId });
  expect((await acquire(eva.client)).leaseId).not.toBe(leaseId);
  const history = await portal.query(
    sql`select id, end_code, product_code from lease_history where account_id = ${company.id}`,
  );
  expect(history).toEqual([{ id: leaseId, end_code: 'lease-ended', product_code: 'viga' }]);
});

test('signing out gives the device’s leases back', async () => {
  const { emails, company } = await floating(1, 1);
  const ana = await signIn(emails[0] ?? '');
  await acquire(ana.client);
  await portal.client(ana.device).sessions.signOut({ refreshToken: ana.refreshToken });
  expect(await running(company.id)).toBe(0);
});

test('200 claims at once on 50 seats give exactly 50', async () => {
  const { company, poolId } = await floating(50, 0);
  const { key } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
  const clients: Awaited<ReturnType<LicensePortal['enter']>>[] = [];
  while (clients.length < 200)
    clients.push(...(await Promise.all(Array.from({ length: 25 }, () => portal.enter(key)))));
  const outcomes = await Promise.all(clients.map((client) => refusal(acquire(client))));
  const count = (code: string) => outcomes.filter((outcome) => outcome.code === code).length;
  expect({ ok: count('ok'), refused: count('no-seat-free') }).toEqual({ ok: 50, refused: 150 });
  expect(await running(company.id)).toBe(50);
});

describe('who may not', () => {
  test('without a role for licenses nobody acquires, renews or releases', async () => {
    const company = await portal.company('Sin permiso', [
      { email: 'auditor@sin.example', role: 'auditor', password: testPassword },
    ]);
    await portal.addPool({ accountId: company.id, product: 'viga', kind: 'floating', total: 1 });
    const { client } = await signIn('auditor@sin.example');
    const leaseId = randomUUID();
    expect(await refusal(acquire(client))).toMatchObject({ code: 'forbidden' });
    expect(await refusal(renew(client, leaseId))).toMatchObject({ code: 'forbidden' });
    expect(await refusal(client.licenses.release({ leaseId }))).toMatchObject({ code: 'forbidden' });
  });

  test('an engineer does not reclaim, a key neither, nor an administrator of another company', async () => {
    const { emails, company, poolId } = await floating(2, 2);
    const ana = await signIn(emails[0] ?? '');
    const { leaseId } = await acquire(ana.client);
    const reclaim = { leaseId, reason: 'porque sí' };
    const eva = await signIn(emails[1] ?? '');
    expect(await refusal(eva.client.licenses.reclaim(reclaim))).toMatchObject({ code: 'forbidden' });
    const key = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
    expect(await refusal(key.client.licenses.reclaim(reclaim))).toMatchObject({ code: 'forbidden' });
    const stranger = await signIn((await portal.engineers(0)).administrator);
    expect(await refusal(stranger.client.licenses.reclaim(reclaim))).toMatchObject({ code: 'not-found' });
    expect((await renew(ana.client, leaseId)).results).toMatchObject([{ outcome: 'renewed' }]);
  });

  test('nobody without signing in', async () => {
    const client = portal.client();
    const leaseId = randomUUID();
    const calls = [
      acquire(client),
      renew(client, leaseId),
      client.licenses.release({ leaseId }),
      client.licenses.reclaim({ leaseId, reason: 'nadie' }),
      client.licenses.products(),
      client.licenses.releases({}),
      client.licenses.downloadLink({ id: leaseId }),
    ];
    const codes = (await Promise.all(calls.map(refusal))).map(({ code }) => code);
    expect(codes).toEqual(calls.map(() => 'not-signed-in'));
  });
});
