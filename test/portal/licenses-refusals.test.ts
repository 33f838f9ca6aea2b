import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquire, type LicensePortal, refusal, renew, startLicensePortal } from './licenses-support.ts';
import { createTestDevice, hours, minutes, testPassword } from './support.ts';

let portal: LicensePortal;
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

describe('refused', () => {
  test('a product that does not exist, or that the company has not', async () => {
    const { emails } = await portal.floating(1, 1);
    const ana = await portal.enterAs(emails[0] ?? '');
    expect(await refusal(acquire(ana.client, 'nothing'))).toMatchObject({ code: 'product-unknown' });
    expect(await refusal(acquire(ana.client, 'zapata'))).toMatchObject({ code: 'product-unknown' });
  });

  test('a version that is not covered', async () => {
    const { emails } = await portal.floating(1, 1, { versionFrom: '2024', versionTo: '2025' });
    const ana = await portal.enterAs(emails[0] ?? '');
    expect(await refusal(acquire(ana.client, 'viga', { version: '2026.1' }))).toEqual({
      code: 'version-not-covered',
      data: { product: 'Viga' },
    });
    expect(await refusal(acquire(ana.client, 'viga', { version: '2025.4' }))).toEqual({ code: 'ok' });
  });

  test('a pool that has not begun', async () => {
    const { emails } = await portal.floating(1, 1, { startsAt: portal.clock.now() + minutes });
    const ana = await portal.enterAs(emails[0] ?? '');
    expect(await refusal(acquire(ana.client))).toMatchObject({ code: 'product-unknown' });
  });

  test('products of another company', async () => {
    await portal.floating(5, 0);
    const { emails } = await portal.engineers(1);
    const ana = await portal.enterAs(emails[0] ?? '');
    expect(await refusal(acquire(ana.client))).toMatchObject({ code: 'product-unknown' });
    expect(await ana.client.licenses.products()).toEqual({ products: [] });
  });

  test('with a cloud key, every product that is not the key’s', async () => {
    const { company, poolId } = await portal.floating(1, 0);
    await portal.addPool({ accountId: company.id, product: 'zapata', kind: 'floating', total: 1 });
    const { client } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
    expect(await refusal(acquire(client, 'zapata'))).toMatchObject({ code: 'product-unknown' });
    const grant = await acquire(client, 'viga');
    const { claims } = portal.verified(grant.document);
    expect(claims).not.toHaveProperty('holder');
    expect(await client.licenses.products()).toMatchObject({ products: [{ code: 'viga' }] });
  });
});

describe('a cloud key', () => {
  test('enters on as many devices at once as it may, the same ones again at any time', async () => {
    const { company, poolId } = await portal.floating(9, 0);
    const device = createTestDevice();
    const given = { accountId: company.id, poolIds: [poolId], deviceLimit: 2 };
    const { key } = await portal.enterWithKey(given, device);
    const entries = await Promise.all(Array.from({ length: 5 }, () => refusal(portal.enter(key))));
    expect(entries.filter(({ code }) => code === 'ok')).toHaveLength(1);
    expect(entries.filter(({ code }) => code !== 'ok')).toEqual(
      Array(4).fill({ code: 'device-limit', data: { total: 2 } }),
    );
    await portal.enter(key, device);
    await portal.client(createTestDevice()).sessions.leaveKey({ key });
    expect(await refusal(portal.enter(key))).toMatchObject({ code: 'device-limit' });
    await portal.client(device).sessions.leaveKey({ key });
    expect(await refusal(portal.enter(key))).toEqual({ code: 'ok' });
  });

  test('that a device leaves is free with the seats that it held, once and in the audit', async () => {
    const { company, poolId } = await portal.floating(1, 0);
    const device = createTestDevice();
    const { client, key } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] }, device);
    await acquire(client);
    for (const left of [key, ` ${key.toLowerCase()}`, 'hello'])
      expect(await refusal(portal.client(device).sessions.leaveKey({ key: left }))).toEqual({ code: 'ok' });
    expect(await portal.running(company.id)).toBe(0);
    expect(await refusal(acquire(client))).toMatchObject({ code: 'session-ended' });
    const ended = await portal.query(
      sql`select actor ->> 'kind' as actor from audit where account_id = ${company.id} and action = 'session.ended'`,
    );
    expect(ended).toEqual([{ actor: 'key' }]);
  });

  test('counts no device that did not come back for a day', async () => {
    const { company, poolId } = await portal.floating(9, 0);
    const given = { accountId: company.id, poolIds: [poolId], deviceLimit: 1 };
    const { key } = await portal.enterWithKey(given);
    portal.clock.advance(23 * hours);
    expect(await refusal(portal.enter(key))).toMatchObject({ code: 'device-limit' });
    portal.clock.advance(hours);
    expect(await refusal(portal.enter(key))).toEqual({ code: 'ok' });
  });

  test('opens nothing when its time or its pools are over', async () => {
    const { company, poolId } = await portal.floating(1, 0, { endsAt: portal.clock.now() + minutes });
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

test('200 claims at once on 50 seats give exactly 50', async () => {
  const { company, poolId } = await portal.floating(50, 0);
  const { key } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
  const clients: Awaited<ReturnType<LicensePortal['enter']>>[] = [];
  while (clients.length < 200)
    clients.push(...(await Promise.all(Array.from({ length: 25 }, () => portal.enter(key)))));
  const outcomes = await Promise.all(clients.map((client) => refusal(acquire(client))));
  const count = (code: string) => outcomes.filter((outcome) => outcome.code === code).length;
  expect({ ok: count('ok'), refused: count('no-seat-free') }).toEqual({ ok: 50, refused: 150 });
  expect(await portal.running(company.id)).toBe(50);
});

describe('who may not', () => {
  test('without a role for licenses nobody acquires, renews or releases', async () => {
    const company = await portal.company('Sin permiso', [
      { email: 'auditor@sin.example', role: 'auditor', password: testPassword },
    ]);
    await portal.addPool({ accountId: company.id, product: 'viga', kind: 'floating', total: 1 });
    const { client } = await portal.enterAs('auditor@sin.example');
    const leaseId = randomUUID();
    expect(await refusal(acquire(client))).toMatchObject({ code: 'forbidden' });
    expect(await refusal(renew(client, leaseId))).toMatchObject({ code: 'forbidden' });
    expect(await refusal(client.licenses.release({ leaseId }))).toMatchObject({ code: 'forbidden' });
  });

  test.each([
    ['blanks', '   '],
    ['a NUL', 'porque \u0000 sí'],
    ['half of a pair', 'porque \ud800 sí'],
  ])('a reason to reclaim that is no text is named: %s', async (_what, reason) => {
    const { client } = await portal.enterAs((await portal.engineers(0)).administrator);
    const asked = client.licenses.reclaim({ leaseId: randomUUID(), reason });
    expect(await refusal(asked)).toEqual({ code: 'invalid-input', data: { field: 'reason' } });
  });

  test('a name of a device that no table can hold is named', async () => {
    const device = createTestDevice();
    const { sessions } = portal.client(device);
    const asked = sessions.withKey({ key: 'x', device: { ...device.description, name: 'PC\u0000' } });
    expect(await refusal(asked)).toMatchObject({ code: 'invalid-input' });
  });

  test('an engineer does not reclaim, a key neither, nor an administrator of another company', async () => {
    const { emails, company, poolId } = await portal.floating(2, 2);
    const ana = await portal.enterAs(emails[0] ?? '');
    const { leaseId } = await acquire(ana.client);
    const reclaim = { leaseId, reason: 'porque sí' };
    const eva = await portal.enterAs(emails[1] ?? '');
    expect(await refusal(eva.client.licenses.reclaim(reclaim))).toMatchObject({ code: 'forbidden' });
    const key = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
    expect(await refusal(key.client.licenses.reclaim(reclaim))).toMatchObject({ code: 'forbidden' });
    const stranger = await portal.enterAs((await portal.engineers(0)).administrator);
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
