import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit as writeEntry } from '../../src/portal/audit/audit.ts';
import { audit } from '../../src/portal/db/schema.ts';
import { needs } from '../support/skip.ts';
import { acquire, type LicensePortal, startLicensePortal } from './licenses-support.ts';
import { rowLocks } from './row-locks.ts';
import {
  createRefreshToken,
  createTestDevice,
  minutes,
  type TestCompany,
  type TestDevice,
  testPassword,
} from './support.ts';

/** Sign-ins, refreshes and moves to another company that meet at one row. */
let portal: LicensePortal;
let condor: TestCompany;
let puentes: TestCompany;
const locks = rowLocks(() => portal.services);
const ana = 'ana@condor.example';
const luis = 'luis@condor.example';

beforeAll(async () => {
  portal = await startLicensePortal();
  condor = await portal.company('Estructuras Cóndor', [
    { email: ana, role: 'administrator', password: testPassword },
    { email: luis, role: 'license-installer', password: testPassword },
  ]);
  puentes = await portal.company('Puentes del Sur', [
    { email: ana, role: 'license-manager', password: testPassword },
  ]);
  await portal.addPool({ accountId: condor.id, product: 'viga', kind: 'floating', total: 1 });
});
afterAll(() => portal.close());

describe('who waits for somebody else’s row', () => {
  /** Runs `work` while a row is held and `request` waits for it. */
  async function whileHeld(row: SQL, request: () => Promise<unknown>, work: () => Promise<unknown>) {
    const letGo = await locks.hold(row);
    const waiting = request();
    await locks.waiting(1);
    await work();
    await letGo();
    await waiting;
  }
  const entry = (accountId: string) =>
    portal.services.database.asService(async (tx) => {
      await tx.execute(sql`set local lock_timeout = '5s'`);
      await writeEntry(tx, {
        accountId,
        at: portal.clock.now(),
        action: 'account.created',
        actor: { kind: 'portal' },
      });
    });

  test('holds no company’s audit: a sign-in waits for the directory’s row before it takes the chain', async (context) => {
    needs(context, portal.engine === 'postgres', 'the embedded database does one thing after the other');
    const { contactId } = condor.contacts[luis] ?? {};
    await whileHeld(
      sql`select 1 from directory where account_id = ${condor.id} and contact_id = ${contactId} for update`,
      () => portal.signIn(luis, testPassword),
      () => entry(condor.id),
    );
  });

  test('holds no company’s audit: a move to another company waits for the leases of the one before', async (context) => {
    needs(context, portal.engine === 'postgres', 'the embedded database does one thing after the other');
    const device = createTestDevice();
    const session = await portal.signIn(ana, testPassword, { device, accountId: condor.id });
    await acquire(session.client);
    await whileHeld(
      sql`select 1 from lease where account_id = ${condor.id} and session_id = ${session.profile.sessionId} for update`,
      () => portal.signIn(ana, testPassword, { device, accountId: puentes.id }),
      () => entry(puentes.id),
    );
  });

  test('an access token that is issued while its session goes to another company opens nothing there', async (context) => {
    needs(context, portal.engine === 'postgres', 'the embedded database does one thing after the other');
    const { device, refreshToken, client } = await portal.signIn(ana, testPassword, { accountId: condor.id });
    const somebody = await portal.signIn(luis, testPassword);
    const next = createRefreshToken();
    const hold = new Error('undone');
    let refreshed: ReturnType<typeof client.sessions.refresh> | undefined;
    let switched: ReturnType<typeof client.sessions.switchAccount> | undefined;
    const held = portal.services.database.asService(async (tx) => {
      // The refresh has its session's row when it waits for whether this token is taken.
      await tx.execute(sql`insert into refresh_token (token_hash, session_id, created_at)
        values (${Buffer.from(next.hash, 'hex')}, ${somebody.profile.sessionId}, now())`);
      refreshed = portal.client(device).sessions.refresh({ refreshToken, nextTokenHash: next.hash });
      await locks.waiting(1);
      switched = client.sessions.switchAccount({ accountId: puentes.id });
      await locks.waiting(2);
      throw hold;
    });
    await expect(held).rejects.toBe(hold);
    expect((await switched)?.profile.membership.account.id).toBe(puentes.id);
    const token = (await refreshed)?.access.accessToken;
    const late = portal.client(device, () => token);
    await expect(late.sessions.profile()).rejects.toMatchObject({ code: 'not-signed-in' });
  });
});

describe('a sign-in that waits', () => {
  const signInOn = (device: TestDevice) => portal.signIn(luis, testPassword, { device });
  const membership = () =>
    sql`account_id = ${condor.id} and identity_id = ${condor.contacts[luis]?.identityId}`;
  const current = (device: TestDevice) =>
    portal.query(sql`select t.token_hash from refresh_token t join session s on s.id = t.session_id
      where s.device_thumbprint = ${device.thumbprint} and s.ended_at is null and t.rotated_at is null`);

  test('for another of the same device leaves one refresh token that is good', async (context) => {
    needs(context, portal.engine === 'postgres', 'the embedded database does one thing after the other');
    const device = createTestDevice();
    await signInOn(device);
    const letGo = await locks.hold(sql`select 1 from membership where ${membership()} for update`);
    const both = [signInOn(device), signInOn(device)];
    await locks.waiting(2);
    await letGo();
    const sessions = await Promise.all(both);
    expect(await current(device)).toHaveLength(1);
    const refreshed = await Promise.allSettled(sessions.map((session) => session.refresh()));
    expect(refreshed.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const accesses = await Promise.allSettled(sessions.map(({ client }) => client.sessions.list()));
    expect(accesses.map(({ status }) => status)).toEqual(refreshed.map(({ status }) => status));
  });

  test('for a refresh of the same session leaves nothing of what that was given', async (context) => {
    needs(context, portal.engine === 'postgres', 'the embedded database does one thing after the other');
    const device = createTestDevice();
    const before = await signInOn(device);
    const id = before.profile.sessionId;
    const letGo = await locks.hold(sql`select 1 from session where id = ${id} for update`);
    const refreshing = before.refresh();
    await locks.waiting(1);
    const again = signInOn(device);
    await locks.waiting(2);
    await letGo();
    await refreshing;
    await (await again).refresh();
    expect(await current(device)).toHaveLength(1);
    await expect(before.refresh()).rejects.toMatchObject({ code: 'session-ended' });
    await expect(before.client.sessions.list()).rejects.toMatchObject({ code: 'not-signed-in' });
  });

  test('for a change of the role says what the new one may do, or that it opens nothing', async (context) => {
    needs(context, portal.engine === 'postgres', 'the embedded database does one thing after the other');
    async function whileGiven(role: 'auditor' | 'notifications-only' | 'license-installer') {
      const giving = sql`update membership set role_id = ${condor.roles[role]} where ${membership()}`;
      const letGo = await locks.hold(giving);
      const signing = signInOn(createTestDevice());
      await locks.waiting(1);
      const [signedIn] = await Promise.all([signing, letGo()]);
      return signedIn;
    }
    const { profile } = await whileGiven('auditor');
    expect(profile.membership.roleKey).toBe('auditor');
    expect(profile.permissions).toContain('audit:read');
    await expect(whileGiven('notifications-only')).rejects.toMatchObject({ code: 'invalid-credentials' });
    await portal.query(
      sql`update membership set role_id = ${condor.roles['license-installer']} where ${membership()}`,
    );
  });
});

test('a move to another company that waits for a change of the role there says what the new one may do', async (context) => {
  needs(context, portal.engine === 'postgres', 'the embedded database does one thing after the other');
  const { client } = await portal.signIn(ana, testPassword, { accountId: condor.id });
  const there = sql`account_id = ${puentes.id} and identity_id = ${puentes.contacts[ana]?.identityId}`;
  const letGo = await locks.hold(
    sql`update membership set role_id = ${puentes.roles.auditor} where ${there}`,
  );
  const moving = client.sessions.switchAccount({ accountId: puentes.id });
  await locks.waiting(1);
  await letGo();
  expect((await moving).profile.membership.roleKey).toBe('auditor');
});

describe('a refresh under way', () => {
  test('keeps the session where it is, so that profile and token are of one company', async (context) => {
    needs(context, portal.engine === 'postgres', 'the embedded database does one thing after the other');
    const session = await portal.signIn(ana, testPassword, { accountId: condor.id });
    const { asService, queries } = portal.services.database;
    const id = session.profile.sessionId;
    let refreshed: Promise<void> = Promise.resolve();
    await asService(async (tx) => {
      // Nobody reads memberships, which a refresh does after it found the session.
      await tx.execute(sql`lock table membership in access exclusive mode`);
      refreshed = session.refresh();
      const waiting = async () =>
        (
          (await queries.execute(
            sql`select 1 from pg_locks l join pg_class c on c.oid = l.relation where c.relname = 'membership' and not l.granted`,
          )) as { rows: unknown[] }
        ).rows.length;
      await expect.poll(waiting, { interval: 10 }).toBe(1);
      await expect(
        queries.execute(sql`select 1 from session where id = ${id} for update nowait`),
      ).rejects.toMatchObject({ cause: { code: '55P03' } });
    });
    await refreshed;
    expect((await session.client.sessions.profile()).membership.account.id).toBe(condor.id);
  });

  test('of two replays at once one ends the session and is written down', async () => {
    const session = await portal.signIn(luis, testPassword);
    const { device, refreshToken } = session;
    await session.refresh();
    portal.clock.advance(minutes);
    const answers = await Promise.allSettled(
      Array.from({ length: 4 }, () =>
        portal.client(device).sessions.refresh({ refreshToken, nextTokenHash: createRefreshToken().hash }),
      ),
    );
    expect(answers.map((answer) => answer.status === 'rejected' && answer.reason.code)).toEqual(
      answers.map(() => 'session-ended'),
    );
    const written = await portal.services.database.queries.select().from(audit);
    expect(
      written.filter(
        ({ action, subject }) => action === 'session.replayed' && subject?.id === session.profile.sessionId,
      ),
    ).toHaveLength(1);
  });
});
