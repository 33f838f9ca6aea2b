import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { assignSeats } from '../../src/portal/services/people/seats.ts';
import { auditOf, expectRefusal, newContact, peoplePortal } from './people-support.ts';
import { days, minutes, testPassword } from './support.ts';

const people = peoplePortal();

const seatsOf = async (poolId: string) =>
  (await people.query<{ n: number }>(sql`select count(*)::int as n from seat where pool_id = ${poolId}`))[0]
    ?.n;

describe('assigning a seat', () => {
  test('E8: after the creation, from the list of pools', async () => {
    const { company, as, add } = await people.staffed();
    const poolId = await people.pool(company, { product: 'viga', total: 2 });
    const contact = await add();
    const { client } = await as('license-manager');
    expect((await client.people.listPools()).pools).toMatchObject([
      { id: poolId, product: 'viga', kind: 'named', total: 2, used: 0, available: 2, endsAt: null },
    ]);
    const seated = await client.people.assignSeat({ poolId, contactId: contact.id });
    expect(seated.seats).toMatchObject([{ poolId, product: 'viga' }]);
    expect(seated.allowed).toEqual(['assign-seat', 'withdraw-seat']);
    expect((await client.people.listPools()).pools).toMatchObject([{ used: 1, available: 1 }]);
    // Twice is one seat and one line in the audit.
    await client.people.assignSeat({ poolId, contactId: contact.id });
    expect(await seatsOf(poolId)).toBe(1);
    const trace = (await auditOf(people, company)).filter(({ action }) => action === 'seat.assigned');
    expect(trace).toMatchObject([{ subject: { id: contact.id }, after: { pool: poolId, product: 'viga' } }]);
  });

  test('E8: in the same step as the creation', async () => {
    const { company, add } = await people.staffed();
    const [viga, zapata] = [
      await people.pool(company, { product: 'viga', total: 1 }),
      await people.pool(company, { product: 'zapata', total: 1 }),
    ];
    const contact = await add({ poolIds: [zapata, viga, viga] });
    expect(contact.seats.map(({ product }) => product)).toEqual(['viga', 'zapata']);
  });

  test('E9: too few seats: how many, and where to buy; nothing half done', async () => {
    const { company, domain, as, add } = await people.staffed();
    const viga = await people.pool(company, { product: 'viga', total: 5 });
    const zapata = await people.pool(company, {
      product: 'zapata',
      total: 1,
      buyUrl: 'https://aldaba.example/comprar/zapata',
    });
    await add({ poolIds: [zapata] });
    const before = await auditOf(people, company);
    const { client } = await as('administrator');
    const input = newContact(company, domain, { poolIds: [viga, zapata] });
    expect(await expectRefusal(client.people.createContact(input), 'no-seats-available')).toEqual({
      available: 0,
      needed: 1,
      total: 1,
      product: 'zapata',
      buyUrl: 'https://aldaba.example/comprar/zapata',
    });
    expect((await client.people.listContacts({ search: input.email })).total).toBe(0);
    expect(await people.query(sql`select 1 from identity where email = ${input.email}`)).toEqual([]);
    expect(await people.query(sql`select 1 from mail where recipient = ${input.email}`)).toEqual([]);
    expect(await seatsOf(viga)).toBe(0);
    expect(await auditOf(people, company)).toEqual(before);
    // The refusal was not remembered: with seats bought, the same request goes through.
    await people.query(sql`update pool set total = 2 where id = ${zapata}`);
    expect((await client.people.createContact(input)).seats).toHaveLength(2);
  });

  test('E9: the shop of the portal when the pool names none', async () => {
    const { company, as, contactId } = await people.staffed();
    const poolId = await people.pool(company, { total: 0 });
    const { client } = await as('administrator');
    const data = await expectRefusal(
      client.people.assignSeat({ poolId, contactId: contactId('license-installer') }),
      'no-seats-available',
    );
    expect(data).toMatchObject({
      available: 0,
      needed: 1,
      total: 0,
      buyUrl: people.portal.services.settings.buyUrl,
    });
  });

  test('to anybody of the directory, also who outranks the asker or has no access', async () => {
    const { company, as, contactId } = await people.staffed();
    const poolId = await people.pool(company, { total: 5 });
    const { client } = await as('license-manager');
    for (const role of ['owner', 'administrator', 'notifications-only'] as const) {
      const { seats } = await client.people.assignSeat({ poolId, contactId: contactId(role) });
      expect(seats).toHaveLength(1);
    }
  });

  describe('is refused for its own reason', () => {
    test('a floating pool: nobody is assigned to it', async () => {
      const { company, as, contactId } = await people.staffed();
      const { client } = await as('administrator');
      const poolId = await people.pool(company, { kind: 'floating', total: 5 });
      const claim = { poolId, contactId: contactId('license-installer') };
      await expectRefusal(client.people.assignSeat(claim), 'seat-not-assignable');
    });

    test('before or after the term of the pool, which the list of pools says, current ones first', async () => {
      const { company, domain, as, contactId } = await people.staffed();
      const { client } = await as('administrator');
      const now = people.portal.clock.now();
      const product = `programa-${randomUUID().slice(0, 8)}`;
      const over = await people.pool(company, { product, startsAt: now - 2 * days, endsAt: now });
      const later = await people.pool(company, { product, startsAt: now + days });
      const open = await people.pool(company, { product, endsAt: now + days });
      const { pools } = await client.people.listPools();
      expect(pools.map((pool) => pool.open)).toEqual([true, false, false]);
      expect(pools[0]?.id).toBe(open);
      for (const poolId of [over, later]) {
        const claim = { poolId, contactId: contactId('license-installer') };
        await expectRefusal(client.people.assignSeat(claim), 'pool-not-current');
        const input = newContact(company, domain, { poolIds: [poolId] });
        await expectRefusal(client.people.createContact(input), 'pool-not-current');
      }
    });

    test('a suspended contact, a pool of nobody', async () => {
      const { company, as, contactId } = await people.staffed();
      const { client } = await as('administrator');
      const poolId = await people.pool(company, { total: 5 });
      await client.people.suspendContact({ id: contactId('license-installer') });
      const claim = { poolId, contactId: contactId('license-installer') };
      await expectRefusal(client.people.assignSeat(claim), 'contact-suspended');
      await expectRefusal(
        client.people.assignSeat({ poolId: randomUUID(), contactId: contactId('owner') }),
        'not-found',
      );
    });
  });
});

describe('E9: at any concurrency', () => {
  test('200 claims at once on 50 seats give exactly 50', async () => {
    const { company } = await people.staffed();
    const { clock, services } = people.portal;
    const poolId = await people.pool(company, { total: 50 });
    const role = company.roles['notifications-only'];
    await people.query(
      sql`with added as (
          insert into contact (account_id, id, email, email_normalized, first_name, last_name, created_at, updated_at)
          select ${company.id}, gen_random_uuid(), 'c' || n, 'c' || n, 'C', n::text, now(), now() from generate_series(1, 200) n
          returning id)
        insert into directory (account_id, contact_id, name_key, email_key, role_id, role_key, state, created_at, search_text)
        select ${company.id}, id, '', id::text, ${role}, '', 'no-access', now(), '' from added`,
    );
    const contacts = await people.query<{ id: string }>(
      sql`select id from contact where account_id = ${company.id} and first_name = 'C'`,
    );
    // Straight at the pool's lock: without the account's lock that every procedure takes before.
    const results = await Promise.allSettled(
      contacts.map(({ id }) =>
        services.database.inAccount(company.id, (tx) =>
          assignSeats(tx, {
            accountId: company.id,
            contactId: id,
            poolIds: [poolId],
            assignedBy: null,
            now: clock.now(),
            buyUrl: '',
          }),
        ),
      ),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(50);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'no-seats-available' });
    expect(await seatsOf(poolId)).toBe(50);
  });

  test('through the portal: 40 claims on 10 seats give exactly 10', async () => {
    const { company, domain, as } = await people.staffed();
    const poolId = await people.pool(company, { total: 10 });
    const { client } = await as('administrator');
    const results = await Promise.allSettled(
      Array.from({ length: 40 }, () =>
        client.people.createContact(newContact(company, domain, { poolIds: [poolId] })),
      ),
    );
    expect(results.filter((result) => result.status === 'fulfilled')).toHaveLength(10);
    expect(await seatsOf(poolId)).toBe(10);
    expect((await client.people.listContacts({ search: 'persona' })).total).toBe(10);
  });
});

describe('withdrawing a seat', () => {
  test('E11: frees it and ends its lease, and twice is not an error', async () => {
    const { company, as, contactId, email } = await people.staffed();
    const poolId = await people.pool(company, { product: 'viga', total: 1 });
    const { client } = await as('administrator');
    const id = contactId('license-installer');
    await client.people.assignSeat({ poolId, contactId: id });
    const engineer = await people.portal.signIn(email('license-installer'), testPassword);
    const grant = await engineer.client.licenses.acquire({
      idempotencyKey: randomUUID(),
      product: 'viga',
      version: '1.0',
    });
    expect((await client.people.listHolders({ poolId })).holders).toMatchObject([
      { leaseId: grant.leaseId, product: 'viga', device: 'CONDOR-PC-07' },
    ]);
    const withdrawn = await client.people.withdrawSeat({ poolId, contactId: id });
    expect(withdrawn.seats).toEqual([]);
    expect((await client.people.listHolders({ poolId })).holders).toEqual([]);
    const { results } = await engineer.client.licenses.renew({
      leases: [{ leaseId: grant.leaseId, seq: 0 }],
    });
    expect(results).toMatchObject([{ outcome: 'ended', code: 'no-seat-assigned' }]);
    expect(await client.people.withdrawSeat({ poolId, contactId: id })).toEqual(withdrawn);
    const trace = (await auditOf(people, company)).filter(({ action }) => action === 'seat.withdrawn');
    expect(trace).toHaveLength(1);
    await client.people.assignSeat({ poolId, contactId: contactId('owner') });
  });

  test.each(['suspend', 'delete'] as const)('%s ends the leases at once', async (action) => {
    const { company, as, contactId, email } = await people.staffed();
    const poolId = await people.pool(company, { product: 'viga', kind: 'floating', total: 1 });
    const engineer = await people.portal.signIn(email('license-installer'), testPassword);
    await engineer.client.licenses.acquire({ idempotencyKey: randomUUID(), product: 'viga', version: '1.0' });
    const { client } = await as('administrator');
    expect((await client.people.listPools()).pools).toMatchObject([{ used: 1, available: 0 }]);
    const id = contactId('license-installer');
    if (action === 'suspend') await client.people.suspendContact({ id });
    else await client.people.deleteContact({ id });
    expect((await client.people.listPools()).pools).toMatchObject([{ id: poolId, used: 0, available: 1 }]);
    const [lease] = await people.query(
      sql`select end_code, ended_at is not null as ended from lease where pool_id = ${poolId}`,
    );
    expect(lease).toEqual({
      end_code: action === 'suspend' ? 'contact-suspended' : 'session-ended',
      ended: true,
    });
  });

  test('deleting frees the seat, suspending keeps it', async () => {
    const { company, as, add } = await people.staffed();
    const poolId = await people.pool(company, { total: 1 });
    const contact = await add({ poolIds: [poolId] });
    const { client } = await as('administrator');
    expect((await client.people.suspendContact({ id: contact.id })).seats).toHaveLength(1);
    await client.people.deleteContact({ id: contact.id });
    expect(await seatsOf(poolId)).toBe(0);
  });
});

test('a lease whose time is over uses no place', async () => {
  const { company, as, email } = await people.staffed();
  await people.pool(company, { product: 'viga', kind: 'floating', total: 1 });
  const engineer = await people.portal.signIn(email('license-installer'), testPassword);
  await engineer.client.licenses.acquire({ idempotencyKey: randomUUID(), product: 'viga', version: '1.0' });
  people.portal.clock.advance(90 * minutes);
  expect((await (await as('administrator')).client.people.listPools()).pools).toMatchObject([{ used: 0 }]);
});
