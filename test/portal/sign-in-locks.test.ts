import { type SQL, sql } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit as writeEntry } from '../../src/portal/audit/audit.ts';
import { audit } from '../../src/portal/db/schema.ts';
import { needs } from '../support/skip.ts';
import { acquire, type LicensePortal, startLicensePortal } from './licenses-support.ts';
import { rowLocks } from './row-locks.ts';
import { createRefreshToken, createTestDevice, minutes, type TestCompany, testPassword } from './support.ts';

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
