import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Principal } from '../../src/portal/context.ts';
import { revokeKey } from '../../src/portal/services/keys.ts';
import { renewLeases } from '../../src/portal/services/leases/renew.ts';
import { acquire, type LicensePortal, refusal, renew, startLicensePortal } from './licenses-support.ts';
import { createTestDevice, minutes, testPassword } from './support.ts';

let portal: LicensePortal;
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

describe('a repeated request', () => {
  test('gets the same answer, also when both are under way', async () => {
    const { emails, company } = await portal.floating(3, 1);
    const ana = await portal.enterAs(emails[0] ?? '');
    const idempotencyKey = randomUUID();
    const first = await acquire(ana.client, 'viga', { idempotencyKey });
    expect(await acquire(ana.client, 'viga', { idempotencyKey })).toEqual(first);
    const other = randomUUID();
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => acquire(ana.client, 'viga', { idempotencyKey: other })),
    );
    expect(new Set(answers.map((answer) => answer.document)).size).toBe(1);
    expect(await portal.running(company.id)).toBe(1);
  });

  test('with the same key for something else is refused', async () => {
    const { emails } = await portal.floating(3, 1);
    const ana = await portal.enterAs(emails[0] ?? '');
    const idempotencyKey = randomUUID();
    await acquire(ana.client, 'viga', { idempotencyKey });
    expect(await refusal(acquire(ana.client, 'viga', { idempotencyKey, version: '2026.2' }))).toMatchObject({
      code: 'idempotency-mismatch',
    });
    const elsewhere = await portal.enterAs(emails[0] ?? '');
    expect(await refusal(acquire(elsewhere.client, 'viga', { idempotencyKey }))).toMatchObject({
      code: 'idempotency-mismatch',
    });
  });

  test('after a refusal is tried again', async () => {
    const { emails } = await portal.floating(1, 2);
    const [first, second] = [await portal.enterAs(emails[0] ?? ''), await portal.enterAs(emails[1] ?? '')];
    const grant = await acquire(first.client);
    const idempotencyKey = randomUUID();
    expect(await refusal(acquire(second.client, 'viga', { idempotencyKey }))).toMatchObject({
      code: 'no-seat-free',
    });
    await first.client.licenses.release({ leaseId: grant.leaseId });
    expect((await acquire(second.client, 'viga', { idempotencyKey })).kind).toBe('lease');
  });

  test('after a restart the device gets its own lease again, with a higher sequence', async () => {
    const { emails, company } = await portal.floating(1, 1);
    const device = createTestDevice();
    const ana = await portal.enterAs(emails[0] ?? '', device);
    const first = await acquire(ana.client);
    portal.clock.advance(3 * minutes);
    const second = await acquire((await portal.enterAs(emails[0] ?? '', device)).client, 'viga', {
      version: '2026.2',
    });
    expect(second.leaseId).toBe(first.leaseId);
    expect(portal.verified(second.document).claims.seq).toBe(1);
    expect(await portal.running(company.id)).toBe(1);
  });
});

describe('renewal', () => {
  test('of all leases of a device in one call, in the order asked', async () => {
    const { company, emails, poolId } = await portal.floating(1, 1);
    // The older of two pools is asked first.
    portal.clock.advance(1000);
    const suite = await portal.addPool({
      accountId: company.id,
      product: 'estructuras',
      kind: 'floating',
      total: 1,
    });
    const device = createTestDevice();
    const ana = await portal.enterAs(emails[0] ?? '', device);
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
    expect(portal.verified(last.document, device).claims).toMatchObject({
      seq: 8,
      pool: poolId,
    });
  });

  test('of another device’s lease, even of the same person, is no renewal', async () => {
    const { emails } = await portal.floating(2, 2);
    const ana = await portal.enterAs(emails[0] ?? '');
    const grant = await acquire(ana.client);
    for (const thief of [
      await portal.enterAs(emails[0] ?? ''),
      await portal.enterAs(emails[1] ?? '', ana.device),
    ]) {
      const { results } = await renew(thief.client, grant.leaseId);
      expect(results).toMatchObject([{ outcome: 'ended', code: 'lease-ended' }]);
      await thief.client.licenses.release({ leaseId: grant.leaseId });
    }
    expect((await renew(ana.client, grant.leaseId)).results).toMatchObject([{ outcome: 'renewed' }]);
  });

  test('many devices of one company at once share a transaction', async () => {
    const { company, poolId } = await portal.floating(30, 0);
    const asking: { principal: Principal; leaseId: string }[] = [];
    for (const device of Array.from({ length: 30 }, () => createTestDevice())) {
      const { client } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] }, device);
      const { leaseId } = await acquire(client);
      asking.push({ leaseId, principal: await portal.principalOf(device) });
    }
    portal.clock.advance(5 * minutes);
    const answers = await Promise.all(
      asking.map(({ principal, leaseId }) =>
        renewLeases(portal.services, principal, { leases: [{ leaseId, seq: 0 }] }),
      ),
    );
    expect(answers.map(({ results }) => results[0])).toEqual(
      asking.map(({ leaseId }) => expect.objectContaining({ outcome: 'renewed', leaseId })),
    );
    // A row carries the number of the transaction that wrote it: the first went alone, the others together.
    const [count] = await portal.query(
      sql`select count(distinct xmin::text)::int as n from lease where account_id = ${company.id}`,
    );
    expect(count).toEqual({ n: 2 });
  });

  test('of a lease that an administrator took back says so, with the reason', async () => {
    const { emails, administrator, company } = await portal.floating(1, 2);
    const ana = await portal.enterAs(emails[0] ?? '');
    const grant = await acquire(ana.client);
    const admin = await portal.enterAs(administrator);
    await admin.client.licenses.reclaim({ leaseId: grant.leaseId, reason: 'Entrega urgente del puente' });
    const second = await portal.enterAs(emails[1] ?? '');
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
        after: { reason: 'Entrega urgente del puente', leases: 1 },
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
    const { company, poolId } = await portal.floating(1, 0);
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
    const made = await portal.floating(1, 2);
    const [email = '', other = ''] = made.emails;
    const ana = await portal.enterAs(email);
    const grant = await acquire(ana.client);
    const admin = await portal.enterAs(made.administrator);
    await admin.client.sessions.confirmPassword({ password: testPassword });
    const id = made.company.contacts[email]?.contactId ?? '';
    return { ana, grant, admin, id, email, next: await portal.enterAs(other) };
  }

  test('suspended, and told so when let in again', async () => {
    const { ana, grant, admin, id, email, next } = await holder();
    await admin.client.people.suspendContact({ id });
    expect((await acquire(next.client)).kind).toBe('lease');
    expect(await refusal(renew(ana.client, grant.leaseId))).toMatchObject({ code: 'session-ended' });
    await admin.client.people.reactivateContact({ id });
    const again = await portal.enterAs(email, ana.device);
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

test('releasing twice is not an error, and the seat is free at once', async () => {
  const { emails, company } = await portal.floating(1, 2);
  const [ana, eva] = [await portal.enterAs(emails[0] ?? ''), await portal.enterAs(emails[1] ?? '')];
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
  const { emails, company } = await portal.floating(1, 1);
  const ana = await portal.enterAs(emails[0] ?? '');
  await acquire(ana.client);
  await portal.client(ana.device).sessions.signOut({ refreshToken: ana.refreshToken });
  expect(await portal.running(company.id)).toBe(0);
});
