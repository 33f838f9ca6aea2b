import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { endLeases } from '../../src/portal/services/leases/end-leases.ts';
import { acquire, type LicensePortal, refusal, renew, startLicensePortal } from './licenses-support.ts';
import { createTestDevice, days, minutes } from './support.ts';

let portal: LicensePortal;
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

describe('a floating seat', () => {
  test('A20: signing in is enough to run; the lease is signed, short and bound to the device', async () => {
    const { emails, company, poolId } = await portal.floating(2, 1, {
      features: ['eurocode', 'seismic'],
      versionTo: '2026',
    });
    const device = createTestDevice('OBRA-3');
    const ana = await portal.enterAs(emails[0] ?? '', device);
    const grant = await acquire(ana.client, 'viga', { version: '2026.1' });
    const now = portal.clock.now() / 1000;
    expect(portal.verified(grant.document, device)).toMatchObject({
      kind: 'lease',
      claims: {
        account: company.id,
        accountName: expect.stringMatching(/^Empresa \d+$/),
        holder: 'Ingeniera1 Quispe',
        aud: 'viga',
        productName: 'Viga',
        versions: { to: '2026' },
        features: ['eurocode', 'seismic'],
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

  test('brings all of its features, whatever the program that came first asked for', async () => {
    const { emails } = await portal.floating(1, 1, { features: ['eurocode', 'seismic'] });
    const ana = await portal.enterAs(emails[0] ?? '');
    for (const features of [[], ['eurocode'], ['eurocode', 'unknown']]) {
      const { document } = await acquire(ana.client, 'viga', { features });
      expect(portal.verified(document).claims.features).toEqual(['eurocode', 'seismic']);
    }
  });

  test('comes from the pool that has what is asked for, and from another when that one is full', async () => {
    const { company, emails, poolId: plain } = await portal.floating(2, 1);
    const common = { accountId: company.id, product: 'viga', kind: 'floating', total: 1 } as const;
    portal.clock.advance(1000);
    const seismic = await portal.addPool({ ...common, features: ['seismic'] });
    const poolOf = async (features: string[], device = createTestDevice()) => {
      const { client } = await portal.enterAs(emails[0] ?? '', device);
      const { claims } = portal.verified((await acquire(client, 'viga', { features })).document);
      return 'pool' in claims && claims.pool;
    };
    const device = createTestDevice();
    expect(await poolOf([], device)).toBe(plain);
    // The same device, whose plain place is free again then.
    expect(await poolOf(['seismic'], device)).toBe(seismic);
    expect(await portal.running(company.id)).toBe(1);
    expect(await poolOf(['seismic'])).toBe(plain);
  });

  test('never outlives what the company bought', async () => {
    const { emails } = await portal.floating(1, 1, { endsAt: portal.clock.now() + 5 * minutes });
    const ana = await portal.enterAs(emails[0] ?? '');
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
    const { emails, administrator } = await portal.floating(1, 1);
    await acquire((await portal.enterAs(emails[0] ?? '', createTestDevice('OBRA-3'))).client);
    const other = await portal.enterAs(emails[0] ?? '', createTestDevice('OBRA-4'));
    expect(await refusal(acquire(other.client))).toEqual({
      code: 'no-seat-free',
      data: {
        product: 'Viga',
        total: 1,
        available: 0,
        retryAfter: 30,
        queue: { ticket: expect.any(String), position: 1 },
      },
    });
    expect(await refusal(acquire((await portal.enterAs(administrator)).client))).toMatchObject({
      code: 'no-seat-free',
      data: {
        holders: [
          { name: 'Ingeniera1 Quispe', device: 'OBRA-3', since: new Date(portal.clock.now()).toISOString() },
        ],
      },
    });
  });

  test('is free when its lease’s time is over, with nobody tidying', async () => {
    const { emails, company } = await portal.floating(1, 2);
    await acquire((await portal.enterAs(emails[0] ?? '')).client);
    const second = await portal.enterAs(emails[1] ?? '');
    expect(await refusal(acquire(second.client))).toMatchObject({ code: 'no-seat-free' });
    portal.clock.advance(20 * minutes);
    await second.refresh();
    expect((await acquire(second.client)).kind).toBe('lease');
    expect(await portal.running(company.id)).toBe(2);
  });

  test('goes on late in the same lease while its place is free, and ends when it was taken', async () => {
    const { emails } = await portal.floating(1, 2);
    const first = await portal.enterAs(emails[0] ?? '');
    const grant = await acquire(first.client);
    portal.clock.advance(40 * minutes);
    await first.refresh();
    const late = await renew(first.client, grant.leaseId);
    expect(late.results).toMatchObject([{ outcome: 'renewed', leaseId: grant.leaseId }]);

    portal.clock.advance(40 * minutes);
    await first.refresh();
    const second = await portal.enterAs(emails[1] ?? '');
    await acquire(second.client);
    const later = await renew(first.client, grant.leaseId);
    expect(later.results).toMatchObject([{ outcome: 'ended', leaseId: grant.leaseId, code: 'no-seat-free' }]);
  });

  test('beyond the total as far as the company’s allowance goes, and it is recorded', async () => {
    const { company, poolId } = await portal.floating(1, 0, { overage: 1 });
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
    const ana = await portal.enterAs(emails[0] ?? '', device);
    const [viga, portico] = [await acquire(ana.client, 'viga'), await acquire(ana.client, 'portico')];
    expect(portal.verified(viga.document, device).claims.aud).toBe('viga');
    expect(portal.verified(portico.document, device).claims.aud).toBe('portico');
    const elsewhere = await portal.enterAs(emails[0] ?? '');
    expect(await refusal(acquire(elsewhere.client, 'zapata'))).toMatchObject({ code: 'no-seat-free' });
    await ana.client.licenses.release({ leaseId: viga.leaseId });
    expect(await refusal(acquire(elsewhere.client, 'zapata'))).toMatchObject({ code: 'no-seat-free' });
    await ana.client.licenses.release({ leaseId: portico.leaseId });
    expect((await acquire(elsewhere.client, 'zapata')).kind).toBe('lease');
  });
});

test('a place of a suite that an administrator takes back is free, whatever ran on it', async () => {
  const { company, emails, administrator } = await portal.engineers(2);
  await portal.addPool({ accountId: company.id, product: 'estructuras', kind: 'floating', total: 1 });
  const [ana, eva] = [await portal.enterAs(emails[0] ?? ''), await portal.enterAs(emails[1] ?? '')];
  const [viga, portico] = [await acquire(ana.client, 'viga'), await acquire(ana.client, 'portico')];
  const { client } = await portal.enterAs(administrator);
  await client.licenses.reclaim({ leaseId: viga.leaseId, reason: 'Entrega urgente' });
  expect((await acquire(eva.client, 'zapata')).kind).toBe('lease');
  const ended = { outcome: 'ended', code: 'lease-reclaimed', data: { detail: 'Entrega urgente' } };
  expect((await renew(ana.client, viga.leaseId, portico.leaseId)).results).toMatchObject([ended, ended]);
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
    const ana = await portal.enterAs(email, device);
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
    const other = await portal.enterAs(emails[1] ?? '');
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
    const ana = await portal.enterAs(email);
    expect((await acquire(ana.client)).kind).toBe('lease');
    await portal.assignSeat(company, poolId, email);
    expect((await acquire(ana.client)).kind).toBe('offline-pass');
    expect(await portal.running(company.id)).toBe(1);
    expect(floatingPool).not.toBe(poolId);
  });

  test('withdrawn: the holder’s next renewal says so, whichever way it went', async () => {
    const { company, email, seatId } = await named();
    const ana = await portal.enterAs(email);
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
    const eva = await portal.enterAs(other.email);
    const pass = await acquire(eva.client);
    await portal.query(sql`delete from seat where id = ${other.seatId}`);
    expect((await renew(eva.client, pass.leaseId)).results).toMatchObject([
      { ...ended, leaseId: pass.leaseId },
    ]);
  });

  test('on as many devices at once as the pool says', async () => {
    const { email } = await named({ devicesPerSeat: 2 });
    const [first, second] = [await portal.enterAs(email), await portal.enterAs(email)];
    const grant = await acquire(first.client);
    await acquire(second.client);
    const third = await portal.enterAs(email);
    expect(await refusal(acquire(third.client))).toEqual({
      code: 'device-limit',
      data: { product: 'Viga', total: 2 },
    });
    await first.client.licenses.release({ leaseId: grant.leaseId });
    expect((await acquire(third.client)).kind).toBe('offline-pass');
  });
});
