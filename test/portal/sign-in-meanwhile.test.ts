import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createLink, linkToken } from '../../src/portal/services/links.ts';
import { acquire, type LicensePortal, startLicensePortal } from './licenses-support.ts';
import {
  createRefreshToken,
  createTestDevice,
  minutes,
  type TestCompany,
  type TestDevice,
  testPassword,
} from './support.ts';

/** Passwords, memberships and companies that change while somebody comes in. */
let portal: LicensePortal;
let condor: TestCompany;
let puentes: TestCompany;
const ana = 'ana@condor.example';
const luis = 'luis@condor.example';
const anotherPassword = 'la barca vieja no tiene remos';

beforeAll(async () => {
  portal = await startLicensePortal();
  condor = await portal.company('Estructuras Cóndor', [
    { email: ana, role: 'administrator', password: testPassword },
    { email: luis, role: 'license-installer', password: testPassword },
    { email: 'eva@condor.example', role: 'license-installer', password: testPassword },
  ]);
  puentes = await portal.company('Puentes del Sur', [
    { email: ana, role: 'license-manager', password: testPassword },
  ]);
});
afterAll(() => portal.close());

function signIn(email: string, device: TestDevice, accountId?: string) {
  return portal.client(device).sessions.signIn({
    email,
    password: testPassword,
    device: device.description,
    nextTokenHash: createRefreshToken().hash,
    ...(accountId === undefined ? {} : { accountId }),
  });
}

async function resetPassword(email: string, password: string): Promise<void> {
  const { services } = portal;
  const link = {
    identityId: identityOf(condor, email),
    purpose: 'reset',
    requestedBy: null,
    hours: 1,
    now: portal.clock.now(),
  } as const;
  const { id } = await services.database.asService((tx) =>
    createLink(tx, services, { ...link, accountId: condor.id }),
  );
  await portal.client().passwords.set({ token: linkToken(services.keys, id), password });
}

/** Resolves when the statements of those names have been answered. */
function answered(...names: string[]): Promise<void> {
  const { session } = portal.services.database.queries._;
  const prepare = session.prepareQuery.bind(session);
  const left = new Set(names);
  return new Promise((resolve) => {
    const spy = vi.spyOn(session, 'prepareQuery').mockImplementation((...given) => {
      const prepared = prepare(...given);
      const execute = prepared.execute.bind(prepared);
      prepared.execute = async (...values) => {
        const result = await execute(...values);
        left.delete(given[2] ?? '');
        if (left.size === 0) {
          spy.mockRestore();
          resolve();
        }
        return result;
      };
      return prepared;
    });
  });
}

/** Signs in with the right password; `change` happens while its hash is computed, after what is looked up beside it. */
async function whileHashing(
  email: string,
  change: () => Promise<unknown>,
  { accountId, device = createTestDevice() }: { accountId?: string; device?: TestDevice } = {},
) {
  const hashing = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const lookedUp = answered('list-memberships', 'find-open-session');
  vi.spyOn(portal.services.hasher, 'verify').mockImplementationOnce(async () => {
    hashing.resolve();
    await goOn.promise;
    return true;
  });
  const answer = signIn(email, device, accountId).then(
    ({ kind }) => kind,
    (error: { code: string }) => error.code,
  );
  await Promise.all([hashing.promise, lookedUp]);
  await change();
  goOn.resolve();
  const code = await answer;
  const open = await portal.query(
    sql`select 1 from session where device_thumbprint = ${device.thumbprint} and ended_at is null`,
  );
  return { code, open: open.length };
}

const identityOf = (company: TestCompany, email: string) => company.contacts[email]?.identityId ?? '';

describe('a new password ends what the old one had begun', () => {
  test('the choice among companies', async () => {
    const device = createTestDevice();
    const choice = await signIn(ana, device);
    if (choice.kind !== 'choose-account') throw new Error('there was no choice');
    await resetPassword(ana, anotherPassword);
    const chosen = portal.client(device).sessions.chooseAccount({
      ticket: choice.ticket,
      accountId: condor.id,
      nextTokenHash: createRefreshToken().hash,
    });
    await expect(chosen).rejects.toMatchObject({ code: 'account-choice-expired' });
    await resetPassword(ana, testPassword);
  });

  test('a sign-in whose hash is being computed', async () => {
    const refused = { code: 'invalid-credentials', open: 0 };
    expect(await whileHashing(luis, () => resetPassword(luis, anotherPassword))).toEqual(refused);
    await resetPassword(luis, testPassword);
    // The same for whoever would be asked to choose.
    const tickets = () => portal.query(sql`select token_hash from account_ticket`);
    const before = await tickets();
    expect(await whileHashing(ana, () => resetPassword(ana, anotherPassword))).toEqual(refused);
    await resetPassword(ana, testPassword);
    expect(await tickets()).toEqual(before);
  });
});

test('who is suspended while the hash is computed does not come in', async () => {
  const identityId = identityOf(condor, luis);
  const suspended = (at: string | null) =>
    portal.query(
      sql`update membership set suspended_at = ${at}::timestamptz where identity_id = ${identityId} and account_id = ${condor.id}`,
    );
  const instant = new Date(portal.clock.now()).toISOString();
  expect(await whileHashing(luis, () => suspended(instant))).toEqual({
    code: 'invalid-credentials',
    open: 0,
  });
  await suspended(null);
  await portal.signIn(luis, testPassword);
});

test('an invitation that is revoked while the hash is computed is not accepted', async () => {
  const email = 'eva@condor.example';
  const other = await portal.company('Otra empresa', [
    { email: 'marta@otra.example', role: 'administrator', password: testPassword },
  ]);
  const marta = await portal.signIn('marta@otra.example', testPassword);
  const contact = await marta.client.people.createContact({
    idempotencyKey: crypto.randomUUID(),
    email,
    firstName: 'Eva',
    lastName: 'Muñoz',
    roleId: other.roles['license-installer'],
  });
  const revoke = () =>
    portal.query(sql`update invitation set state = 'revoked' where contact_id = ${contact.id}`);
  expect(await whileHashing(email, revoke, { accountId: other.id })).toEqual({
    code: 'invalid-credentials',
    open: 0,
  });
  const [member] = await portal.query(
    sql`select accepted_at from membership where account_id = ${other.id} and identity_id = ${identityOf(condor, email)}`,
  );
  expect(member).toEqual({ accepted_at: null });
});

test('signing in to another company on the same device frees the seats of the first', async () => {
  const device = createTestDevice();
  await portal.addPool({ accountId: condor.id, product: 'viga', kind: 'floating', total: 1 });
  const here = await portal.signIn(ana, testPassword, { device, accountId: condor.id });
  await acquire(here.client);
  expect(await portal.running(condor.id)).toBe(1);
  // The same company again goes on with them.
  await portal.signIn(ana, testPassword, { device, accountId: condor.id });
  expect(await portal.running(condor.id)).toBe(1);
  await portal.signIn(ana, testPassword, { device, accountId: puentes.id });
  expect(await portal.running(condor.id)).toBe(0);
});

describe('the same device at the same moment', () => {
  const openOn = (device: TestDevice) =>
    portal.query<{ id: string }>(
      sql`select id from session where device_thumbprint = ${device.thumbprint} and ended_at is null`,
    );

  test('a session that ends while the hash is computed is followed by another', async () => {
    const device = createTestDevice();
    const first = await portal.signIn(luis, testPassword, { device });
    const end = () => first.client.sessions.end({ id: first.profile.sessionId });
    expect(await whileHashing(luis, end, { device })).toEqual({ code: 'signed-in', open: 1 });
    expect(await openOn(device)).not.toEqual([{ id: first.profile.sessionId }]);
  });

  test('a session that goes to another company while the hash is computed comes back, without the seats that it took there', async () => {
    const device = createTestDevice();
    await portal.addPool({ accountId: puentes.id, product: 'viga', kind: 'floating', total: 1 });
    const first = await portal.signIn(ana, testPassword, { device, accountId: condor.id });
    async function move() {
      await portal
        .signIn(ana, testPassword, { device, accountId: puentes.id })
        .then(({ client }) => acquire(client));
      expect(await portal.running(puentes.id)).toBe(1);
    }
    expect(await whileHashing(ana, move, { device, accountId: condor.id })).toEqual({
      code: 'signed-in',
      open: 1,
    });
    expect(await openOn(device)).toEqual([{ id: first.profile.sessionId }]);
    expect(await portal.running(puentes.id)).toBe(0);
  });

  test('two sign-ins are one session', async () => {
    const device = createTestDevice();
    const opened = () => portal.signIn(luis, testPassword, { device });
    expect(await whileHashing(luis, opened, { device })).toEqual({ code: 'signed-in', open: 1 });
    const sessions = await Promise.all([opened(), opened(), opened()]);
    expect(new Set(sessions.map(({ profile }) => profile.sessionId)).size).toBe(1);
    const last = await opened();
    await last.refresh();
    for (const session of sessions)
      await expect(session.refresh()).rejects.toMatchObject({ code: 'session-ended' });
  });

  test('one request sent twice is one session', async () => {
    const device = createTestDevice();
    const request = {
      email: luis,
      password: testPassword,
      device: device.description,
      nextTokenHash: createRefreshToken().hash,
    };
    const ids = await Promise.all(
      [1, 2, 3].map(async () => {
        const answer = await portal.client(device).sessions.signIn(request);
        return answer.kind === 'signed-in' && answer.profile.sessionId;
      }),
    );
    expect(await openOn(device)).toEqual([{ id: ids[0] }]);
    expect(new Set(ids).size).toBe(1);
  });

  test('what is refused leaves nothing behind: no session, no note of a sign-in, no counted attempt', async () => {
    const taken = createRefreshToken();
    const request = (device: TestDevice) =>
      portal.client(device).sessions.signIn({
        email: luis,
        password: testPassword,
        device: device.description,
        nextTokenHash: taken.hash,
      });
    await request(createTestDevice());
    const [noted] = await portal.query(noteOf(luis));
    portal.clock.advance(minutes);
    const device = createTestDevice();
    await expect(request(device)).rejects.toMatchObject({ code: 'invalid-input' });
    expect(await openOn(device)).toEqual([]);
    expect(await portal.query(noteOf(luis))).toEqual([noted]);
    expect(
      await portal.query(sql`select failures from guess where key = ${`identity:${luis}`} and failures > 0`),
    ).toEqual([]);
  });

  const noteOf = (email: string) =>
    sql`select last_sign_in_at from membership where account_id = ${condor.id} and identity_id = ${identityOf(condor, email)}`;
});
