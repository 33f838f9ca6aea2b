import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { AldabaError } from '../../src/contract/errors.ts';
import { createLink, linkToken } from '../../src/portal/services/links.ts';
import { describeUnless } from '../support/skip.ts';
import { type LicensePortal, refusal, startLicensePortal } from './licenses-support.ts';
import { newContact } from './people-support.ts';
import { oneConnection, rowLocks } from './row-locks.ts';
import { createTestDevice, minutes, type TestCompany, testPassword } from './support.ts';

/** Passwords that are set while access is taken away, given or used: everybody waits in one order, so that nobody is undone. */
let portal: LicensePortal;
let condor: TestCompany;
let puentes: TestCompany;
const locks = rowLocks(() => portal.services);
const newPassword = 'la barca vieja no tiene remos';
const contactOf = (email: string) => condor.contacts[email]?.contactId ?? '';
const identityOf = (email: string) => condor.contacts[email]?.identityId ?? '';
const identityRow = (id: string) => sql`select 1 from identity where id = ${id} for no key update`;

beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

let boss: string;
let ana: string;
let eva: string;
let companies = 0;

beforeEach(async () => {
  companies += 1;
  const n = companies;
  [boss, ana, eva] = [`jefa${n}@condor.example`, `ana${n}@condor.example`, `eva${n}@puentes.example`];
  const people = [boss, ana].map((email) => ({
    email,
    role: 'administrator' as const,
    password: testPassword,
  }));
  condor = await portal.company(`Cóndor ${n}`, people);
  puentes = await portal.company(`Puentes ${n}`, [
    { email: eva, role: 'administrator', password: testPassword },
  ]);
});

async function linkFor(identityId: string): Promise<string> {
  const { database, keys, clock } = portal.services;
  const link = { accountId: condor.id, identityId, requestedBy: null, hours: 1, now: clock.now() };
  const { id } = await database.asService((tx) =>
    createLink(tx, portal.services, { ...link, purpose: 'reset' }),
  );
  return linkToken(keys, id);
}

const setPassword = (token: string) =>
  refusal(portal.client().passwords.set({ token, password: newPassword }));

/** Starts one after the other while a row is held: each waits. What the database undid is none of the portal's own errors. */
async function oneAfterTheOther<One, Two>(row: SQL, one: () => Promise<One>, two: () => Promise<Two>) {
  const { database } = portal.services;
  const spies = [vi.spyOn(database, 'asService'), vi.spyOn(database, 'inAccount')];
  const letGo = await locks.hold(row);
  const first = one();
  await locks.waiting(1);
  const second = two();
  await locks.answeredOr(second, 2);
  const answers = await Promise.all([first, second, letGo()]);
  const undone = spies
    .flatMap((spy) => spy.mock.settledResults)
    .filter(({ type, value }) => type === 'rejected' && !(value instanceof AldabaError));
  expect(undone.map(({ value }) => value)).toEqual([]);
  return answers;
}

describeUnless(oneConnection, 'while a password is being set', () => {
  test('its person is suspended: nothing is set', async () => {
    const admin = await portal.signIn(boss, testPassword, { accountId: condor.id });
    await portal.signIn(ana, testPassword, { accountId: condor.id });
    const token = await linkFor(identityOf(ana));
    const [set] = await oneAfterTheOther(
      identityRow(identityOf(ana)),
      () => setPassword(token),
      () => admin.client.people.suspendContact({ id: contactOf(ana) }),
    );
    expect(set).toEqual({ code: 'link-invalid', data: undefined });
  });

  test('whoever invited the person is suspended: nothing is set', async () => {
    const inviter = await portal.signIn(ana, testPassword, { accountId: condor.id });
    const email = `nueva${companies}@condor.example`;
    const roleId = condor.roles['license-installer'];
    await inviter.client.people.createContact(newContact(condor, 'condor.example', { email, roleId }));
    const token = portal.tokenIn(await portal.nextMail(email));
    const admin = await portal.signIn(boss, testPassword, { accountId: condor.id });
    const [invited] = await portal.query<{ id: string }>(sql`select id from identity where email = ${email}`);
    const [set] = await oneAfterTheOther(
      identityRow(invited?.id ?? ''),
      () => setPassword(token),
      () => admin.client.people.suspendContact({ id: contactOf(ana) }),
    );
    expect(set).toEqual({ code: 'link-invalid', data: undefined });
  });

  test('its invitation is mailed again', async () => {
    const admin = await portal.signIn(boss, testPassword, { accountId: condor.id });
    const email = `otra${companies}@condor.example`;
    const roleId = condor.roles['license-installer'];
    const { id } = await admin.client.people.createContact(
      newContact(condor, 'condor.example', { email, roleId }),
    );
    const token = portal.tokenIn(await portal.nextMail(email));
    portal.clock.advance(2 * minutes);
    const [set] = await oneAfterTheOther(
      sql`select 1 from password_link where account_id = ${condor.id} and used_at is null for update`,
      () => admin.client.people.resendInvitation({ id }),
      () => setPassword(token),
    ).then(([, answer]) => [answer]);
    expect(set).toEqual({ code: 'link-invalid', data: undefined });
  });

  test('the person joins another company with the one before: that is over', async () => {
    const inviter = await portal.signIn(eva, testPassword, { accountId: puentes.id });
    const roleId = puentes.roles['license-installer'];
    await inviter.client.people.createContact(newContact(puentes, 'puentes.example', { email: ana, roleId }));
    const device = createTestDevice();
    const token = await linkFor(identityOf(ana));
    const [set, joined] = await oneAfterTheOther(
      identityRow(identityOf(ana)),
      () => setPassword(token),
      () => refusal(portal.signIn(ana, testPassword, { device, accountId: puentes.id })),
    );
    expect([set.code, joined.code]).toEqual(['ok', 'invalid-credentials']);
  });
});

describeUnless(oneConnection, 'while somebody signs in', () => {
  test('an administrator corrects their name', async () => {
    const admin = await portal.signIn(boss, testPassword, { accountId: condor.id });
    const { device, profile } = await portal.signIn(ana, testPassword, { accountId: condor.id });
    const [again] = await oneAfterTheOther(
      sql`select 1 from session where id = ${profile.sessionId} for update`,
      () => portal.signIn(ana, testPassword, { device, accountId: condor.id }),
      () => admin.client.people.updateContact({ id: contactOf(ana), revision: 1, firstName: 'Anita' }),
    );
    expect(again.profile.sessionId).toBe(profile.sessionId);
  });
});
