import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkPassword } from '../../src/domain/password-policy.ts';
import { rows } from '../../src/portal/db/run.ts';
import { demonstration } from '../../src/portal/demonstration/access.ts';
import {
  demonstrationAdministrator,
  invitedAdministrator,
  seedDemonstration,
} from '../../src/portal/demonstration.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  createRefreshToken,
  createTestClock,
  createTestDevice,
  startTestPortal,
  type TestPortal,
  testPassword,
} from './support.ts';

let database: TestDatabase;
let portal: TestPortal;
beforeAll(async () => {
  database = await createTestDatabase();
  portal = await startTestPortal({ database: database.url });
  await seedDemonstration(portal.services, { contacts: 300 });
});
afterAll(async () => {
  await portal.close();
  await database.drop();
});

const { email, password } = demonstrationAdministrator;

describe('the demonstration', () => {
  test('a newcomer signs in at once, with a password that the policy takes', async () => {
    expect(checkPassword(password, { email, words: [demonstration.company, 'Aldaba'] })).toBeNull();
    const session = await portal.signIn(email, password);
    expect(session.profile).toMatchObject({
      membership: { account: { name: 'Estructuras Cóndor' }, roleKey: 'administrator' },
    });
    expect(session.profile.permissions).toContain('account:transfer-owner');
  });

  test('A4: the other administrator has no password until a mailed link sets it', async () => {
    const mailed = portal.tokenIn(await portal.nextMail(invitedAdministrator));
    await portal.client().passwords.requestLink({ email: invitedAdministrator });
    const asked = portal.tokenIn(await portal.nextMail(invitedAdministrator));
    expect(asked).not.toBe(mailed);
    await portal.client().passwords.set({ token: asked, password: testPassword });
    const session = await portal.signIn(invitedAdministrator, testPassword);
    expect(session.profile.membership.roleKey).toBe('administrator');
  });

  test('every state, the shared mailbox and the named seats are there to be seen', async () => {
    const { client } = await portal.signIn(email, password);
    const { contacts, total } = await client.people.listContacts({
      limit: 200,
      sort: 'created',
      direction: 'desc',
      search: '@condor',
    });
    expect(total).toBe(340);
    expect(contacts).toHaveLength(200);
    for (const state of ['active', 'invited', 'expired', 'suspended', 'no-access'] as const)
      expect((await client.people.listContacts({ state })).total).toBeGreaterThan(1);
    const found = async (search: string) => (await client.people.listContacts({ search })).contacts;
    expect(await found('calculo@')).toMatchObject([{ shared: true, firstName: 'Sala' }]);
    expect(await found(demonstration.engineer)).toMatchObject([
      { seats: [{ product: 'portico', productName: 'Pórtico' }] },
    ]);
    expect(await found('nanez maria jose')).toMatchObject([{ lastName: 'Ñáñez Delgado' }]);
    const { pools } = await client.people.listPools();
    expect(pools.map(({ product, used }) => [product, used])).toEqual([
      ['portico', 9],
      ['viga', 0],
      ['zapata', 0],
    ]);
    const { roles } = await client.people.listRoles();
    expect(roles.filter(({ mayAssign }) => mayAssign).map(({ key }) => key)).toEqual([
      'administrator',
      'license-manager',
      'license-installer',
      'notifications-only',
    ]);
  });

  test('C10: one engineer chooses between two companies', async () => {
    const device = createTestDevice();
    const answer = await portal.client(device).sessions.signIn({
      email: demonstration.engineerOfTwoCompanies,
      password,
      device: device.description,
      nextTokenHash: createRefreshToken().hash,
    });
    expect(answer.kind === 'choose-account' && answer.accounts).toMatchObject([
      { account: { name: 'Estructuras Cóndor' }, roleKey: 'license-installer', association: false },
      { account: { name: 'Puentes del Sur' }, roleKey: 'license-manager', association: true },
    ]);
  });

  test('again, it changes nothing', async () => {
    const everything = () =>
      portal.services.database.asService(async (tx) => [
        await rows(tx, sql`select * from contact order by id`),
        await rows(
          tx,
          sql`select account_id, identity_id, role_id, owner from membership order by account_id, identity_id`,
        ),
        await rows(tx, sql`select * from seat order by id`),
        await rows(tx, sql`select id, email, password_hash from identity order by id`),
        await rows(tx, sql`select id from mail order by id`),
      ]);
    const before = await everything();
    await seedDemonstration(portal.services, { contacts: 300 });
    expect(await everything()).toEqual(before);
  });
});

describe('another database', () => {
  test('is the same demonstration', async () => {
    const other = await createTestDatabase();
    const second = await startTestPortal({ database: other.url });
    try {
      await seedDemonstration(second.services, { contacts: 300 });
      const directory = (on: TestPortal) =>
        on.services.database.asService((tx) =>
          rows(
            tx,
            sql`select c.id, c.email, c.first_name, c.last_name, c.phone, c.job_title, d.name_key
              from contact c join directory d on d.account_id = c.account_id and d.contact_id = c.id order by c.account_id, c.id`,
          ),
        );
      expect(await directory(second)).toEqual(await directory(portal));
    } finally {
      await second.close();
      await other.drop();
    }
  });

  test('is whole also after a start that was interrupted', async () => {
    const other = await createTestDatabase();
    const second = await startTestPortal({ database: other.url });
    try {
      // The last settings that are asked for, when the people are written.
      const settings = Object.defineProperty({ ...second.services.settings }, 'buyUrl', {
        get: () => {
          throw new Error('the power went');
        },
      });
      const interrupted = seedDemonstration({ ...second.services, settings, url: second.url, origins: [] });
      await expect(interrupted).rejects.toThrow('the power went');
      await seedDemonstration(second.services);
      const { client } = await second.signIn(email, password);
      const { pools } = await client.people.listPools();
      expect(pools.map(({ product, used }) => [product, used])).toEqual([
        ['portico', 9],
        ['viga', 0],
        ['zapata', 0],
      ]);
    } finally {
      await second.close();
      await other.drop();
    }
  });

  test('is filled while time passes', async () => {
    const other = await createTestDatabase();
    const clock = createTestClock();
    const now = () => {
      clock.advance(1);
      return clock.now();
    };
    const second = await startTestPortal({ database: other.url, clock: { ...clock, now } });
    try {
      await seedDemonstration(second.services);
      const { client } = await second.signIn(email, password);
      expect(
        (await client.people.listContacts({ search: demonstration.engineer })).contacts[0]?.seats,
      ).toHaveLength(1);
    } finally {
      await second.close();
      await other.drop();
    }
  });

  test('with a company in it is left as it is', async () => {
    const other = await createTestDatabase();
    const second = await startTestPortal({ database: other.url });
    try {
      await second.company('Una de verdad', [
        { email: 'ana@verdad.example', role: 'owner', password: testPassword },
      ]);
      await expect(seedDemonstration(second.services)).rejects.toThrow('not the demonstration');
      const accounts = await second.services.database.asService((tx) =>
        rows(tx, sql`select name from account`),
      );
      expect(accounts).toEqual([{ name: 'Una de verdad' }]);
    } finally {
      await second.close();
      await other.drop();
    }
  });
});
