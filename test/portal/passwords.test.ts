import { eq, like } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import {
  guess,
  identity,
  linkRequest,
  mail,
  membership,
  passwordLink,
  rateLimit,
} from '../../src/portal/db/schema.ts';
import { limitRules } from '../../src/portal/limits.ts';
import { createLink, linkToken } from '../../src/portal/services/links.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { hours, startTestPortal, type TestCompany, type TestPortal, testPassword } from './support.ts';

let database: TestDatabase;
let portal: TestPortal;
let condor: TestCompany;
const ana = 'ana@condor.example';
const nueva = 'nueva@condor.example';
const other = 'la barca vieja no tiene remos';

beforeAll(async () => {
  database = await createTestDatabase();
  portal = await startTestPortal({ database: database.url });
  passwords = portal.client().passwords;
  condor = await portal.company('Estructuras Cóndor', [
    { email: ana, role: 'administrator', password: testPassword, firstName: 'Ana', lastName: 'Quispe' },
    { email: 'luis@condor.example', role: 'license-installer', password: testPassword },
    { email: nueva, role: 'license-installer', firstName: 'Nadia', lastName: 'Huamán' },
    { email: 'otra@condor.example', role: 'license-installer' },
    { email: 'baja@condor.example', role: 'license-installer', password: testPassword, suspended: true },
    { email: 'avisos@condor.example', role: 'notifications-only' },
  ]);
});
afterAll(async () => {
  await portal.close();
  await database.drop();
});

const refused = (code: string) => ({ code });
let passwords: ReturnType<TestPortal['client']>['passwords'];

/** The token of a link that the person asked for. */
async function ownLink(email: string): Promise<string> {
  const before = portal.mails.length;
  await passwords.requestLink({ email });
  const find = () =>
    portal.mails.slice(before).find((sent) => sent.to === email && sent.text.includes('#token='));
  await expect.poll(find, { interval: 10 }).toBeDefined();
  const sent = find();
  if (sent === undefined) throw new Error('the mail went away');
  return portal.tokenIn(sent);
}

/** The token of an administrator's link, as adding a contact and resetting make it. */
async function administratorsLink(
  email: string,
  purpose: 'activate' | 'reset',
  linkHours = 72,
): Promise<string> {
  const identityId = condor.contacts[email]?.identityId ?? '';
  const requestedBy = condor.contacts[ana]?.identityId ?? '';
  const link = await portal.services.database.inAccount(condor.id, (tx) =>
    createLink(tx, portal.services, {
      accountId: condor.id,
      identityId,
      purpose,
      requestedBy,
      hours: linkHours,
      now: portal.clock.now(),
    }),
  );
  return linkToken(portal.services.keys, link.id);
}

/** Nothing is left to be done in the background. */
async function workDone(): Promise<void> {
  await expect
    .poll(async () => (await portal.services.database.queries.select().from(linkRequest)).length, {
      interval: 10,
    })
    .toBe(0);
}

describe('asking for a link', () => {
  test('A4: a registered contact without a password gets a link that creates one, and comes in with it', async () => {
    await passwords.requestLink({ email: 'Nueva@Condor.Example', language: 'pt' });
    const sent = await portal.nextMail(nueva);
    expect(sent).toMatchObject({ subject: 'Crie a sua senha do Aldaba', language: 'pt', to: nueva });
    const token = portal.tokenIn(sent);
    expect(await passwords.readLink({ token })).toMatchObject({
      purpose: 'activate',
      email: nueva,
      name: 'Nadia Huamán',
      accountName: 'Estructuras Cóndor',
      minimumLength: 15,
      maximumLength: 128,
    });
    await passwords.set({ token, password: other });
    const session = await portal.signIn(nueva, other);
    expect(session.profile.membership.account.id).toBe(condor.id);
  });

  test('A18: a forgotten password is replaced by the same way; sessions end and the person is told', async () => {
    const session = await portal.signIn(ana, testPassword);
    await passwords.requestLink({ email: ana });
    const sent = await portal.nextMail(ana);
    expect(sent.subject).toBe('Cambie su contraseña de Aldaba');
    await passwords.set({ token: portal.tokenIn(sent), password: other });
    await expect(session.client.sessions.profile()).rejects.toMatchObject(refused('session-ended'));
    await expect(session.refresh()).rejects.toMatchObject(refused('session-ended'));
    await expect(portal.signIn(ana, testPassword)).rejects.toMatchObject(refused('invalid-credentials'));
    await portal.signIn(ana, other);
    const notice = await portal.nextMail(ana);
    expect(notice.subject).toBe('Se cambió su contraseña de Aldaba');
    expect(notice.text).not.toContain('#token');
    // Whoever did not do it is told where to go.
    expect(notice.text).toContain(`${portal.url}/set-password?lang=es`);
    await passwords.set({ token: await ownLink(ana), password: testPassword });
    await portal.nextMail(ana);
  });

  test.each(['nadie@condor.example', 'baja@condor.example', 'avisos@condor.example'])(
    'gives %s the same answer and mails nothing',
    async (email) => {
      const before = portal.mails.length;
      expect(await passwords.requestLink({ email })).toEqual({ sent: true });
      await workDone();
      await ownLink('luis@condor.example');
      expect(portal.mails.slice(before).filter(({ to }) => to === email)).toEqual([]);
    },
  );

  test('does the same work for a known and an unknown email', async () => {
    const { database: db } = portal.services;
    const service = vi.spyOn(db, 'asService');
    const statements: number[] = [];
    for (const email of ['luis@condor.example', 'nadie2@condor.example']) {
      // Only the request: the worker sleeps through it.
      vi.spyOn(portal.services, 'wakeMail').mockReturnValue(undefined);
      service.mockClear();
      await passwords.requestLink({ email });
      statements.push(service.mock.calls.length);
    }
    expect(statements).toEqual([0, 0]);
    const waiting = await db.queries.select().from(linkRequest);
    expect(waiting.map(({ emailNormalized }) => emailNormalized).sort()).toEqual([
      'luis@condor.example',
      'nadie2@condor.example',
    ]);
    vi.restoreAllMocks();
    portal.services.wakeMail();
    await portal.nextMail('luis@condor.example');
    await workDone();
  });

  test('is limited: by email without a word, by network address with one', async () => {
    const { queries } = portal.services.database;
    await queries.delete(rateLimit);
    const email = 'otra@condor.example';
    for (let time = 0; time < 8; time += 1)
      expect(await passwords.requestLink({ email })).toEqual({ sent: true });
    await workDone();
    const sent = await queries.select().from(mail).where(eq(mail.recipient, email));
    expect(sent).toHaveLength(5);
    const { points } = limitRules['link-address'];
    await queries
      .update(rateLimit)
      .set({ points: points - 1 })
      .where(like(rateLimit.key, 'link-address:%'));
    await passwords.requestLink({ email: 'ultima@condor.example' });
    const error = await passwords
      .requestLink({ email: 'una.mas@condor.example' })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'too-many-requests', data: { retryAfter: expect.any(Number) } });
    await queries.delete(rateLimit);
  });
});

describe('a link', () => {
  test('is not used up by looking at it', async () => {
    const token = await ownLink('luis@condor.example');
    for (let time = 0; time < 5; time += 1) await passwords.readLink({ token });
    await passwords.set({ token, password: testPassword });
  });

  test('works once; of ten at the same time, one sets the password', async () => {
    const token = await ownLink('luis@condor.example');
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, () => passwords.set({ token, password: testPassword })),
    );
    expect(answers.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const answer of answers)
      if (answer.status === 'rejected') expect(answer.reason).toMatchObject(refused('link-invalid'));
    await expect(passwords.readLink({ token })).rejects.toMatchObject(refused('link-invalid'));
  });

  test('asked for by the person is good for one hour', async () => {
    const token = await ownLink('luis@condor.example');
    portal.clock.advance(1 * hours - 1);
    await passwords.readLink({ token });
    portal.clock.advance(1);
    await expect(passwords.readLink({ token })).rejects.toMatchObject(refused('link-expired'));
    await expect(passwords.set({ token, password: other })).rejects.toMatchObject(refused('link-expired'));
  });

  test('D5: of an administrator is good for 72 hours, or as long as the company says', async () => {
    const token = await administratorsLink(nueva, 'activate');
    portal.clock.advance(72 * hours - 1);
    await passwords.readLink({ token });
    portal.clock.advance(1);
    await expect(passwords.readLink({ token })).rejects.toMatchObject(refused('link-expired'));
    const long = await administratorsLink(nueva, 'activate', 720);
    portal.clock.advance(720 * hours - 1);
    await passwords.readLink({ token: long });
  });

  test('D6: a new one of an administrator replaces the one before; those asked for by the person stay until one is used', async () => {
    const first = await administratorsLink(nueva, 'activate');
    const second = await administratorsLink(nueva, 'activate');
    await expect(passwords.readLink({ token: first })).rejects.toMatchObject(refused('link-invalid'));
    const [own, another] = [await ownLink(nueva), await ownLink(nueva)];
    for (const token of [second, own, another]) await passwords.readLink({ token });
    await passwords.set({ token: own, password: other });
    for (const token of [second, own, another])
      await expect(passwords.readLink({ token })).rejects.toMatchObject(refused('link-invalid'));
  });

  test('is void once its person is suspended', async () => {
    const token = await ownLink('luis@condor.example');
    const { queries } = portal.services.database;
    const whose = eq(membership.identityId, condor.contacts['luis@condor.example']?.identityId ?? '');
    await queries
      .update(membership)
      .set({ suspendedAt: new Date(portal.clock.now()) })
      .where(whose);
    await expect(passwords.readLink({ token })).rejects.toMatchObject(refused('link-invalid'));
    await expect(passwords.set({ token, password: other })).rejects.toMatchObject(refused('link-invalid'));
    await queries.update(membership).set({ suspendedAt: null }).where(whose);
    await passwords.readLink({ token });
  });

  test('that nobody made is refused', async () => {
    for (const token of ['x', 'A'.repeat(43)])
      await expect(passwords.readLink({ token })).rejects.toMatchObject(refused('link-invalid'));
  });

  test('is stored as a hash alone, and not in the outbox either', async () => {
    const token = await ownLink('luis@condor.example');
    const { queries } = portal.services.database;
    const stored = JSON.stringify([
      await queries.select().from(passwordLink),
      await queries.select().from(mail),
      await queries.select().from(linkRequest),
    ]);
    expect(stored).not.toContain(token);
  });

  test('A14: an activation lets the person into every company that waits for their first password', async () => {
    const second = await portal.company('Puentes del Sur', [
      { email: 'doble@condor.example', role: 'license-installer' },
    ]);
    const third = await portal.company('Túneles del Norte', [
      { email: 'doble@condor.example', role: 'license-manager' },
    ]);
    await passwords.set({ token: await ownLink('doble@condor.example'), password: other });
    for (const { id } of [second, third]) {
      const session = await portal.signIn('doble@condor.example', other, { accountId: id });
      expect(session.profile.accounts).toHaveLength(2);
    }
  });
});

describe('the policy', () => {
  test.each([
    ['password-too-short', 'corta y clara'],
    ['password-too-long', `${'larga y distinta cada vez '.repeat(6)}`],
    ['password-common', 'contraseña1234567'],
    ['password-common', 'worldofwarcraft'],
    ['password-common', 'Ｗörld of W@rcraft 26'],
    ['password-contextual', 'luis.condor.luis.2026'],
  ])('%s is refused and leaves the link as it was', async (code, password) => {
    await portal.services.database.queries.delete(rateLimit);
    const token = await ownLink('luis@condor.example');
    const error = await passwords.set({ token, password }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code, data: { minimum: 15, maximum: 128 } });
    await passwords.set({ token, password: testPassword });
    await portal.signIn('luis@condor.example', testPassword);
  });
});

test('a new password ends the delay that guessing had caused', async () => {
  const { queries } = portal.services.database;
  await queries.delete(guess);
  const luis = 'luis@condor.example';
  for (let time = 0; time < 8; time += 1)
    await expect(portal.signIn(luis, 'no es esta')).rejects.toMatchObject(refused('invalid-credentials'));
  await expect(portal.signIn(luis, testPassword)).rejects.toMatchObject(refused('invalid-credentials'));
  await passwords.set({ token: await ownLink(luis), password: testPassword });
  await portal.signIn(luis, testPassword);
});

test('passwords are kept as Argon2id hashes', async () => {
  const rows = await portal.services.database.queries.select().from(identity);
  const hashes = rows.flatMap(({ passwordHash }) => (passwordHash === null ? [] : [passwordHash]));
  expect(hashes.length).toBeGreaterThan(3);
  for (const hash of hashes) expect(hash).toMatch(/^\$argon2id\$v=19\$/);
});
