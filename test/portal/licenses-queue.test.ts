import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorDataSchema } from '../../src/contract/errors.ts';
import type { Grant } from '../../src/contract/portal/licenses.ts';
import { revokeKey } from '../../src/portal/services/keys.ts';
import { acquire, type LicensePortal, refusal, renew, startLicensePortal } from './licenses-support.ts';
import { createTestDevice, type PortalClient, type TestSession, testPassword } from './support.ts';

const seconds = 1000;
const minutes = 60 * seconds;

let portal: LicensePortal;
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

/** A place in the queue, as the refusal says it. */
async function ask(client: PortalClient, product = 'viga') {
  const { code, data } = await refusal(acquire(client, product));
  return { code, ...errorDataSchema.parse(data)?.queue };
}

/** One floating seat that somebody has, and sessions of others. */
async function taken(others: number, total = 1) {
  const { company, emails, poolId, administrator } = await portal.floating(total, total + others);
  const sessions: TestSession[] = [];
  for (const email of emails) sessions.push(await portal.enterAs(email));
  const grants: Grant[] = [];
  for (const session of sessions.slice(0, total)) grants.push(await acquire(session.client));
  const [first] = sessions;
  const [grant] = grants;
  if (first === undefined || grant === undefined) throw new Error('nobody has the seat');
  const free = () => first.client.licenses.release({ leaseId: grant.leaseId });
  return { company, emails, poolId, administrator, first, grant, free, waiters: sessions.slice(total) };
}

/** Engineers of a company with floating pools: how many places of which product. */
async function three(pools: Record<string, number>) {
  const { company, emails } = await portal.engineers(3);
  for (const [product, total] of Object.entries(pools))
    await portal.addPool({ accountId: company.id, product, kind: 'floating', total });
  const [ana, eva, leo] = await Promise.all(emails.map((email) => portal.enterAs(email)));
  if (ana === undefined || eva === undefined || leo === undefined) throw new Error('somebody is missing');
  return { ana, eva, leo };
}

async function suspend({ company, emails, administrator }: Awaited<ReturnType<typeof taken>>): Promise<void> {
  const { client } = await portal.enterAs(administrator);
  await client.people.suspendContact({ id: company.contacts[emails[1] ?? '']?.contactId ?? '' });
}

/** Two asks, a moment apart, so that it waits. */
async function waits(session: TestSession | undefined, product?: string): Promise<PortalClient> {
  if (session === undefined) throw new Error('nobody waits');
  await ask(session.client, product);
  portal.clock.advance(seconds);
  await ask(session.client, product);
  return session.client;
}

describe('who waits for a seat', () => {
  test('is told a place in the queue and when to ask again', async () => {
    const { waiters } = await taken(1);
    const refused = await refusal(acquire(waiters[0]?.client as PortalClient));
    expect(refused).toMatchObject({ code: 'no-seat-free', data: { retryAfter: 30, queue: { position: 1 } } });
    const again = await ask(waiters[0]?.client as PortalClient);
    expect(again).toMatchObject({
      ticket: errorDataSchema.parse(refused.data)?.queue?.ticket,
      position: 1,
    });
  });

  test('is served in the order in which they asked, not in the one in which they come when it is free', async () => {
    const { free, waiters } = await taken(3);
    const [one, two] = [await waits(waiters[0]), await waits(waiters[1])];
    const third = waiters[2]?.client as PortalClient;
    expect(await ask(third)).toMatchObject({ position: 3 });
    await free();
    expect(await ask(third)).toMatchObject({ code: 'no-seat-free', position: 3 });
    expect(await ask(two)).toMatchObject({ code: 'no-seat-free', position: 2 });
    const served = await acquire(one);
    expect(served.kind).toBe('lease');
    await one.licenses.release({ leaseId: served.leaseId });
    expect((await acquire(two)).kind).toBe('lease');
  });

  test('who asked once and went away holds nobody up', async () => {
    const { free, waiters } = await taken(2);
    await ask(waiters[0]?.client as PortalClient);
    await free();
    expect((await acquire(waiters[1]?.client as PortalClient)).kind).toBe('lease');
  });

  test('who stopped asking waits no more, and begins anew', async () => {
    const { free, waiters } = await taken(2);
    const one = await waits(waiters[0]);
    portal.clock.advance(60 * seconds);
    const two = await waits(waiters[1]);
    portal.clock.advance(40 * seconds);
    expect(await ask(one)).toMatchObject({ position: 2 });
    await free();
    expect((await acquire(two)).kind).toBe('lease');
  });

  test('keeps its turn when its client was started again, and asks for something else', async () => {
    const { free, waiters, poolId, company } = await taken(2);
    const one = await waits(waiters[0]);
    const two = await waits(waiters[1]);
    expect(await refusal(acquire(one, 'viga', { features: ['pandeo'], version: '2026.2' }))).toMatchObject({
      data: { queue: { position: 1 } },
    });
    await free();
    expect(await ask(two)).toMatchObject({ code: 'no-seat-free' });
    await acquire(one);
    const rows = await portal.query(
      sql`select 1 from seat_queue where account_id = ${company.id} and ${poolId} = any(pool_ids)`,
    );
    expect(rows).toHaveLength(1);
  });

  test('keeps its turn when another of its programs asks for a version of another pool', async () => {
    const { free, waiters, company } = await taken(2);
    await portal.query(sql`update pool set version_to = '2026.9' where account_id = ${company.id}`);
    const newer = { product: 'viga', kind: 'floating', total: 0, versionFrom: '2027.0' } as const;
    await portal.addPool({ accountId: company.id, ...newer });
    const one = await waits(waiters[0]);
    await waits(waiters[1]);
    expect(await refusal(acquire(one, 'viga', { version: '2027.1' }))).toMatchObject({
      code: 'no-seat-free',
    });
    await free();
    expect((await acquire(one)).kind).toBe('lease');
  });

  test('leaves the queue at once when its program ends, and nobody else can take it out', async () => {
    const { free, waiters } = await taken(2);
    const one = await waits(waiters[0]);
    const two = await waits(waiters[1]);
    const { ticket = '' } = await ask(one);
    await two.licenses.leaveQueue({ ticket });
    await free();
    expect(await ask(two)).toMatchObject({ code: 'no-seat-free', position: 2 });
    await one.licenses.leaveQueue({ ticket });
    await one.licenses.leaveQueue({ ticket });
    expect((await acquire(two)).kind).toBe('lease');
  });

  test.each<[string, (session: TestSession, made: Awaited<ReturnType<typeof taken>>) => Promise<unknown>]>([
    ['signs out', ({ device, refreshToken }) => portal.client(device).sessions.signOut({ refreshToken })],
    ['is suspended', (_, made) => suspend(made)],
    [
      'gets a role that takes no seats',
      (_, { company, emails }) =>
        portal.query(sql`update membership set role_id = ${company.roles.finance}
          where account_id = ${company.id} and identity_id = ${company.contacts[emails[1] ?? '']?.identityId}`),
    ],
    [
      'goes on in another company',
      async ({ client }, { emails }) => {
        const other = await portal.company('Otra empresa', [
          { email: emails[1] ?? '', role: 'license-installer', password: testPassword },
        ]);
        await client.sessions.switchAccount({ accountId: other.id });
      },
    ],
  ])('%s: waits no more, and holds nobody up', async (_, leave) => {
    const made = await taken(2);
    await waits(made.waiters[0]);
    expect(await ask(made.waiters[1]?.client as PortalClient)).toMatchObject({ position: 2 });
    await leave(made.waiters[0] as TestSession, made);
    await made.free();
    expect((await acquire(made.waiters[1]?.client as PortalClient)).kind).toBe('lease');
  });

  test('waits no more when another pool served it, or a seat of its own', async () => {
    for (const kind of ['floating', 'named'] as const) {
      const { free, waiters, company, emails } = await taken(2);
      const one = await waits(waiters[0]);
      const poolId = await portal.addPool({ accountId: company.id, product: 'viga', kind, total: 1 });
      if (kind === 'named') await portal.assignSeat(company, poolId, emails[1] ?? '');
      await acquire(one);
      await free();
      expect((await acquire(waiters[1]?.client as PortalClient)).kind).toBe('lease');
    }
  });

  test('with two products of a suite needs one place', async () => {
    const { ana, eva, leo } = await three({ estructuras: 2 });
    const held = [await acquire(ana.client), await acquire(leo.client)];
    const client = await waits(eva);
    await waits(eva, 'portico');
    await ana.client.licenses.release({ leaseId: held[0]?.leaseId ?? '' });
    await leo.client.licenses.release({ leaseId: held[1]?.leaseId ?? '' });
    await acquire(client, 'portico');
    expect((await acquire(ana.client)).kind).toBe('lease');
  });

  test('with a place of one pool holds none of another that would have done', async () => {
    const { ana, eva, leo } = await three({ estructuras: 1, portico: 1 });
    const held = [await acquire(ana.client), await acquire(leo.client, 'portico')];
    const client = await waits(eva);
    await waits(eva, 'portico');
    await ana.client.licenses.release({ leaseId: held[0]?.leaseId ?? '' });
    await leo.client.licenses.release({ leaseId: held[1]?.leaseId ?? '' });
    expect(await ask(leo.client, 'portico')).toMatchObject({ code: 'no-seat-free' });
    await acquire(client);
    expect((await acquire(leo.client, 'portico')).kind).toBe('lease');
    expect((await acquire(client, 'portico')).kind).toBe('lease');
  });

  test('as many as wait are kept free, and what is over goes to anybody', async () => {
    const { waiters, first, grant, company } = await taken(3, 2);
    const one = await waits(waiters[0]);
    const newcomer = waiters[1]?.client as PortalClient;
    await first.client.licenses.release({ leaseId: grant.leaseId });
    expect(await ask(newcomer)).toMatchObject({ code: 'no-seat-free', position: 2 });
    await portal.query(sql`update pool set total = 3 where account_id = ${company.id}`);
    expect((await acquire(newcomer)).kind).toBe('lease');
    expect((await acquire(one)).kind).toBe('lease');
    expect(await ask(waiters[2]?.client as PortalClient)).toMatchObject({ code: 'no-seat-free' });
  });
});

describe('who has a seat', () => {
  test('keeps it while others wait: another program, and a renewal', async () => {
    const { company, emails } = await portal.engineers(2);
    await portal.addPool({ accountId: company.id, product: 'estructuras', kind: 'floating', total: 1 });
    const ana = await portal.enterAs(emails[0] ?? '');
    const grant = await acquire(ana.client);
    await waits(await portal.enterAs(emails[1] ?? ''));
    expect((await acquire(ana.client, 'portico')).kind).toBe('lease');
    expect((await renew(ana.client, grant.leaseId)).results).toMatchObject([{ outcome: 'renewed' }]);
  });

  test('and let its time pass comes after those who wait', async () => {
    const { first, grant, waiters } = await taken(1);
    portal.clock.advance(19 * minutes);
    await waiters[0]?.refresh();
    const one = await waits(waiters[0]);
    portal.clock.advance(60 * seconds);
    await first.refresh();
    expect((await renew(first.client, grant.leaseId)).results).toMatchObject([
      { outcome: 'ended', code: 'no-seat-free' },
    ]);
    expect(await ask(first.client)).toMatchObject({ code: 'no-seat-free', position: 2 });
    expect((await acquire(one)).kind).toBe('lease');
  });
});

test('many who wait on one seat get it one after the other, whatever comes at the same time', async () => {
  const { free, waiters, company } = await taken(6);
  const clients: PortalClient[] = [];
  for (const waiter of waiters) clients.push(await waits(waiter));
  await free();
  const answers = await Promise.all(clients.map((client) => refusal(acquire(client))));
  expect(answers.map(({ code }) => code)).toEqual(['ok', ...clients.slice(1).map(() => 'no-seat-free')]);
  expect(await portal.running(company.id)).toBe(1);
});

test('a device of another company does not count, nor does another product', async () => {
  const { free, waiters, company } = await taken(2);
  const other = await taken(1);
  await waits(other.waiters[0]);
  await portal.addPool({ accountId: company.id, product: 'portico', kind: 'floating', total: 0 });
  const elsewhere = waiters[0] as TestSession;
  await ask(elsewhere.client, 'portico');
  await ask(elsewhere.client, 'portico');
  await free();
  expect((await acquire(waiters[1]?.client as PortalClient)).kind).toBe('lease');
});

test('a cloud key waits as a person does, each of its devices by itself', async () => {
  const { company, poolId, free } = await taken(0);
  const key = { accountId: company.id, poolIds: [poolId] };
  const { client, key: text } = await portal.enterWithKey(key, createTestDevice('NODO-1'));
  const second = await portal.enter(text, createTestDevice('NODO-2'));
  await ask(client);
  portal.clock.advance(seconds);
  await ask(client);
  expect(await ask(second)).toMatchObject({ position: 2 });
  await free();
  expect(await ask(second)).toMatchObject({ code: 'no-seat-free' });
  expect((await acquire(client)).kind).toBe('lease');
});

test('a cloud key that is revoked waits no more', async () => {
  const { company, poolId, free, waiters } = await taken(1);
  const { client, keyId } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
  await ask(client);
  portal.clock.advance(seconds);
  await ask(client);
  await free();
  expect(await ask(waiters[0]?.client as PortalClient)).toMatchObject({ code: 'no-seat-free', position: 2 });
  await portal.services.database.asService((tx) => revokeKey(tx, company.id, keyId, portal.clock.now()));
  expect((await acquire(waiters[0]?.client as PortalClient)).kind).toBe('lease');
});
