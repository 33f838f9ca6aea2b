import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit, refreshToken } from '../../src/portal/db/schema.ts';
import { endSessions } from '../../src/portal/services/end-sessions.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  createRefreshToken,
  createTestDevice,
  days,
  minutes,
  seconds,
  startTestPortal,
  type TestCompany,
  type TestPortal,
  testPassword,
} from './support.ts';

let database: TestDatabase;
let portal: TestPortal;
let condor: TestCompany;
let puentes: TestCompany;
const ana = 'ana@condor.example';
const luis = 'luis@condor.example';

beforeAll(async () => {
  database = await createTestDatabase();
  portal = await startTestPortal({ database: database.url });
  condor = await portal.company('Estructuras Cóndor', [
    { email: ana, role: 'administrator', password: testPassword },
    { email: luis, role: 'license-installer', password: testPassword, firstName: 'Luis' },
    { email: 'avisos@condor.example', role: 'notifications-only', password: testPassword },
    { email: 'baja@condor.example', role: 'administrator', password: testPassword, suspended: true },
    { email: 'nueva@condor.example', role: 'administrator' },
  ]);
  // Ana works for a second company, as an associate.
  puentes = await portal.company('Puentes del Sur', [
    { email: ana, role: 'license-manager', password: testPassword },
  ]);
});
afterAll(async () => {
  await portal.close();
  await database.drop();
});

const refused = (code: string) => ({ code });
const endedBy = (reason: string) => ({ code: 'session-ended', data: { reason } });
/** A sign-in with every detail at hand. */
function signIn(email: string, password: string, device = createTestDevice(), token = createRefreshToken()) {
  return portal
    .client(device)
    .sessions.signIn({ email, password, device: device.description, nextTokenHash: token.hash });
}

describe('signing in', () => {
  test('A3: with the registered email, however it is written', async () => {
    const session = await portal.signIn(' Luis@CONDOR.example', testPassword);
    expect(session.profile).toMatchObject({
      identity: { email: luis, name: 'Luis Quispe', language: 'es' },
      membership: {
        account: { name: 'Estructuras Cóndor' },
        roleKey: 'license-installer',
        association: false,
      },
      permissions: [
        'license:read',
        'license:activate',
        'software:read',
        'software:download',
        'notification:receive',
      ],
    });
    expect(await session.client.sessions.profile()).toEqual(session.profile);
  });

  test.each([
    ['a wrong password', luis, 'cuatro gaviotas cruzan el muelle'],
    ['an unknown email', 'nadie@condor.example', testPassword],
    ['somebody without a password yet', 'nueva@condor.example', testPassword],
    ['somebody suspended', 'baja@condor.example', testPassword],
    ['B11: somebody who only receives notifications', 'avisos@condor.example', testPassword],
    ['what is not an email', 'luis', testPassword],
  ])('refuses %s with one answer', async (_who, email, password) => {
    await expect(signIn(email, password)).rejects.toMatchObject(refused('invalid-credentials'));
  });

  test('the device in the request is the one that proves its key', async () => {
    const device = createTestDevice();
    const { description } = createTestDevice();
    await expect(
      portal.client(device).sessions.signIn({
        email: luis,
        password: testPassword,
        device: description,
        nextTokenHash: createRefreshToken().hash,
      }),
    ).rejects.toMatchObject(refused('proof-invalid'));
  });

  test('again on the same device goes on in the same session with new tokens', async () => {
    const device = createTestDevice();
    const first = await portal.signIn(luis, testPassword, { device });
    const second = await portal.signIn(luis, testPassword, { device });
    expect(second.profile.sessionId).toBe(first.profile.sessionId);
    await expect(first.refresh()).rejects.toMatchObject(refused('session-ended'));
    await expect(first.client.sessions.profile()).rejects.toMatchObject(refused('not-signed-in'));
    await second.refresh();
  });

  test('repeated with the same token, as after a lost answer, is one session', async () => {
    const device = createTestDevice();
    const token = createRefreshToken();
    const first = await signIn(luis, testPassword, device, token);
    const second = await signIn(luis, testPassword, device, token);
    expect(second).toMatchObject({
      profile: { sessionId: first.kind === 'signed-in' && first.profile.sessionId },
    });
    const answer = await portal
      .client(device)
      .sessions.refresh({ refreshToken: token.token, nextTokenHash: createRefreshToken().hash });
    expect(answer.kind).toBe('signed-in');
  });

  test('a refresh token that another session has is refused', async () => {
    const token = createRefreshToken();
    await signIn(luis, testPassword, createTestDevice(), token);
    await expect(signIn(luis, testPassword, createTestDevice(), token)).rejects.toMatchObject({
      code: 'invalid-input',
      data: { field: 'nextTokenHash' },
    });
  });
});

describe('C10: a person of several companies', () => {
  test('chooses the company when signing in', async () => {
    const device = createTestDevice();
    const token = createRefreshToken();
    const choice = await signIn(ana, testPassword, device, token);
    if (choice.kind !== 'choose-account') throw new Error('there was no choice');
    expect(choice.accounts.map(({ account, association }) => [account.name, association])).toEqual([
      ['Estructuras Cóndor', false],
      ['Puentes del Sur', true],
    ]);
    const { ticket } = choice;
    const entered = await portal
      .client(device)
      .sessions.chooseAccount({ ticket, accountId: puentes.id, nextTokenHash: token.hash });
    expect(entered.profile.membership).toMatchObject({
      account: { id: puentes.id },
      roleKey: 'license-manager',
    });
    // Once.
    await expect(
      portal.client(device).sessions.chooseAccount({
        ticket,
        accountId: puentes.id,
        nextTokenHash: createRefreshToken().hash,
      }),
    ).rejects.toMatchObject(refused('account-choice-expired'));
  });

  test('the choice belongs to the device, lasts 5 min and holds what was offered', async () => {
    const device = createTestDevice();
    const choice = await signIn(ana, testPassword, device);
    if (choice.kind !== 'choose-account') throw new Error('there was no choice');
    const choose = (client: ReturnType<TestPortal['client']>, accountId: string) =>
      client.sessions.chooseAccount({
        ticket: choice.ticket,
        accountId,
        nextTokenHash: createRefreshToken().hash,
      });
    await expect(choose(portal.client(), condor.id)).rejects.toMatchObject(refused('account-choice-expired'));
    const other = await portal.company('Ajena', []);
    await expect(choose(portal.client(device), other.id)).rejects.toMatchObject(
      refused('account-choice-expired'),
    );
    portal.clock.advance(5 * minutes + 1);
    await expect(choose(portal.client(device), condor.id)).rejects.toMatchObject(
      refused('account-choice-expired'),
    );
  });

  test('of two choices with one ticket at once, one is taken', async () => {
    const device = createTestDevice();
    const choice = await signIn(ana, testPassword, device);
    if (choice.kind !== 'choose-account') throw new Error('there was no choice');
    const answers = await Promise.allSettled(
      [condor.id, puentes.id].map((accountId) =>
        portal.client(device).sessions.chooseAccount({
          ticket: choice.ticket,
          accountId,
          nextTokenHash: createRefreshToken().hash,
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  test('enters a company at once when the device names it, and is asked when that one is not to be had', async () => {
    const session = await portal.signIn(ana, testPassword, { accountId: puentes.id });
    expect(session.profile.membership.account.id).toBe(puentes.id);
    await expect(portal.signIn(ana, testPassword, { accountId: crypto.randomUUID() })).rejects.toThrow(
      'several companies',
    );
  });

  test('goes on in another company; tokens of the first company end', async () => {
    const session = await portal.signIn(ana, testPassword, { accountId: condor.id });
    const before = session.accessToken;
    const switched = await session.client.sessions.switchAccount({ accountId: puentes.id });
    expect(switched.profile).toMatchObject({ membership: { account: { id: puentes.id } } });
    expect(switched.profile.sessionId).toBe(session.profile.sessionId);
    const old = portal.client(session.device, () => before);
    await expect(old.sessions.profile()).rejects.toMatchObject(refused('not-signed-in'));
    session.accessToken = switched.access.accessToken;
    await expect(
      session.client.sessions.switchAccount({ accountId: crypto.randomUUID() }),
    ).rejects.toMatchObject(refused('not-found'));
    await session.refresh();
    expect((await session.client.sessions.profile()).membership.account.id).toBe(puentes.id);
  });
});

describe('refreshing', () => {
  const refresh = (device = createTestDevice(), refreshToken: string, nextTokenHash: string) =>
    portal.client(device).sessions.refresh({ refreshToken, nextTokenHash });

  test('rotates: the next token works, the answer brings a new access token', async () => {
    const session = await portal.signIn(luis, testPassword);
    const first = session.accessToken;
    await session.refresh();
    expect(session.accessToken).not.toBe(first);
    await session.refresh();
    expect(await session.client.sessions.profile()).toMatchObject({ sessionId: session.profile.sessionId });
  });

  test('repeated with the same next token it is harmless, at any time, even after going on', async () => {
    const session = await portal.signIn(luis, testPassword);
    const [current, next] = [session.refreshToken, createRefreshToken()];
    await refresh(session.device, current, next.hash);
    portal.clock.advance(20 * days);
    const again = await refresh(session.device, current, next.hash);
    expect(again.profile.sessionId).toBe(session.profile.sessionId);
    await refresh(session.device, next.token, createRefreshToken().hash);
    await refresh(session.device, current, next.hash);
    const client = portal.client(session.device, () => again.access.accessToken);
    expect((await client.sessions.profile()).sessionId).toBe(session.profile.sessionId);
  });

  test('with another next token within 20 s it lost a race, and the session goes on', async () => {
    const session = await portal.signIn(luis, testPassword);
    const next = createRefreshToken();
    await refresh(session.device, session.refreshToken, next.hash);
    portal.clock.advance(20 * seconds);
    await expect(
      refresh(session.device, session.refreshToken, createRefreshToken().hash),
    ).rejects.toMatchObject(refused('session-raced'));
    await refresh(session.device, next.token, createRefreshToken().hash);
  });

  test('with another next token later it is a replay and ends the session on the spot', async () => {
    const session = await portal.signIn(luis, testPassword);
    const next = createRefreshToken();
    const { access } = await refresh(session.device, session.refreshToken, next.hash);
    portal.clock.advance(20 * seconds + 1);
    await expect(
      refresh(session.device, session.refreshToken, createRefreshToken().hash),
    ).rejects.toMatchObject(refused('session-ended'));
    const client = portal.client(session.device, () => access.accessToken);
    await expect(client.sessions.profile()).rejects.toMatchObject(refused('session-ended'));
    await expect(refresh(session.device, next.token, createRefreshToken().hash)).rejects.toMatchObject(
      refused('session-ended'),
    );
    const rows = await portal.services.database.queries.select().from(audit);
    expect(
      rows.filter(({ subject }) => subject?.id === session.profile.sessionId).map(({ action }) => action),
    ).toEqual(['session.started', 'session.replayed']);
  });

  test('ten at once with one token and ten successors: one rotates, the others lost the race', async () => {
    const session = await portal.signIn(luis, testPassword);
    const answers = await Promise.allSettled(
      Array.from({ length: 10 }, () =>
        refresh(session.device, session.refreshToken, createRefreshToken().hash),
      ),
    );
    const codes = answers.map((answer) => (answer.status === 'fulfilled' ? 'rotated' : answer.reason.code));
    expect(codes.sort()).toEqual(['rotated', ...Array.from({ length: 9 }, () => 'session-raced')]);
  });

  test('ten at once with one successor all get an answer', async () => {
    const session = await portal.signIn(luis, testPassword);
    const next = createRefreshToken();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => refresh(session.device, session.refreshToken, next.hash)),
    );
    expect(new Set(answers.map(({ access }) => access.accessToken)).size).toBe(10);
    await refresh(session.device, next.token, createRefreshToken().hash);
  });

  test('never after signing out, not even within the grace', async () => {
    const session = await portal.signIn(luis, testPassword);
    const next = createRefreshToken();
    await refresh(session.device, session.refreshToken, next.hash);
    await portal.client(session.device).sessions.signOut({ refreshToken: next.token });
    for (const token of [session.refreshToken, next.token])
      await expect(refresh(session.device, token, createRefreshToken().hash)).rejects.toMatchObject(
        refused('session-ended'),
      );
  });

  test('not on another device, not with an unknown token, not to itself', async () => {
    const session = await portal.signIn(luis, testPassword);
    await expect(
      refresh(createTestDevice(), session.refreshToken, createRefreshToken().hash),
    ).rejects.toMatchObject(refused('proof-invalid'));
    await expect(
      refresh(session.device, createRefreshToken().token, createRefreshToken().hash),
    ).rejects.toMatchObject(refused('session-ended'));
    const own = createRefreshToken();
    await refresh(session.device, session.refreshToken, own.hash);
    await expect(refresh(session.device, own.token, own.hash)).rejects.toMatchObject(
      refused('invalid-input'),
    );
    await refresh(session.device, own.token, createRefreshToken().hash);
  });

  test('ends after 90 days without use and after 365 days with it', async () => {
    const idle = await portal.signIn(luis, testPassword);
    portal.clock.advance(90 * days - 1);
    await idle.refresh();
    portal.clock.advance(90 * days);
    await expect(idle.refresh()).rejects.toMatchObject(endedBy('idle'));

    const used = await portal.signIn(luis, testPassword);
    for (let passed = 0; passed < 360; passed += 60) {
      portal.clock.advance(60 * days);
      await used.refresh();
    }
    portal.clock.advance(5 * days);
    await expect(used.refresh()).rejects.toMatchObject(endedBy('expired'));
    await expect(used.client.sessions.profile()).rejects.toMatchObject(refused('not-signed-in'));
  });

  test('who holds the device key and a token of the session is told why it ended, and nobody else', async () => {
    const ends = ['ended', 'password-set', 'suspended', 'deleted'] as const;
    for (const reason of ends) {
      const session = await portal.signIn(luis, testPassword);
      await portal.services.database.asService((tx) =>
        endSessions(tx, { sessionId: session.profile.sessionId }, reason, portal.clock.now()),
      );
      await expect(session.refresh()).rejects.toMatchObject(endedBy(reason));
      await expect(
        refresh(createTestDevice(), session.refreshToken, createRefreshToken().hash),
      ).rejects.toMatchObject({ code: 'proof-invalid', data: {} });
    }
    const session = await portal.signIn(luis, testPassword);
    await portal.client(session.device).sessions.signOut({ refreshToken: session.refreshToken });
    await expect(session.refresh()).rejects.toMatchObject(endedBy('signed-out'));
    const unknown = await refresh(
      session.device,
      createRefreshToken().token,
      createRefreshToken().hash,
    ).catch(({ data }) => data);
    expect(unknown).toBeUndefined();
  });

  test('keeps hashes of tokens and nothing else', async () => {
    const session = await portal.signIn(luis, testPassword);
    const rows = await portal.services.database.queries.select().from(refreshToken);
    expect(JSON.stringify(rows)).not.toContain(session.refreshToken);
    expect(rows.every(({ tokenHash }) => tokenHash.length === 32)).toBe(true);
  });
});

describe('an access token', () => {
  test('is good for 10 minutes', async () => {
    const session = await portal.signIn(luis, testPassword);
    portal.clock.advance(10 * minutes - 1);
    await session.client.sessions.profile();
    portal.clock.advance(1);
    await expect(session.client.sessions.profile()).rejects.toMatchObject(refused('not-signed-in'));
  });

  test('is of no use without the key of its device', async () => {
    const session = await portal.signIn(luis, testPassword);
    const thief = portal.client(createTestDevice(), () => session.accessToken);
    await expect(thief.sessions.profile()).rejects.toMatchObject(refused('proof-invalid'));
  });

  test('is asked for wherever somebody has to be signed in', async () => {
    await expect(portal.client().sessions.list()).rejects.toMatchObject(refused('not-signed-in'));
    const unknown = portal.client(createTestDevice(), () => randomBytes(32).toString('base64url'));
    await expect(unknown.sessions.list()).rejects.toMatchObject(refused('not-signed-in'));
  });
});

describe('sessions', () => {
  test('are listed over all devices, and one ends another', async () => {
    const desk = await portal.signIn(luis, testPassword, { device: createTestDevice('CONDOR-PC-01') });
    portal.clock.advance(minutes);
    const laptop = await portal.signIn(luis, testPassword, { device: createTestDevice('CONDOR-PORTATIL') });
    const { sessions } = await laptop.client.sessions.list();
    const named = sessions.filter(({ id }) => [desk, laptop].some(({ profile }) => profile.sessionId === id));
    expect(named.map(({ deviceName, platform, current }) => [deviceName, platform, current])).toEqual([
      ['CONDOR-PORTATIL', 'linux', true],
      ['CONDOR-PC-01', 'linux', false],
    ]);
    await laptop.client.sessions.end({ id: desk.profile.sessionId });
    await expect(desk.client.sessions.list()).rejects.toMatchObject(refused('session-ended'));
    await expect(desk.refresh()).rejects.toMatchObject(refused('session-ended'));
    await expect(laptop.client.sessions.end({ id: desk.profile.sessionId })).rejects.toMatchObject(
      refused('not-found'),
    );
  });

  test('that end are written down in the company where they were', async () => {
    const here = await portal.signIn(ana, testPassword, { accountId: condor.id });
    const there = await portal.signIn(ana, testPassword, { accountId: puentes.id });
    const id = there.profile.sessionId;
    await here.client.sessions.end({ id });
    const written = await portal.services.database.queries.select().from(audit);
    const ends = written.filter(({ action, subject }) => action === 'session.ended' && subject?.id === id);
    expect(ends.map(({ accountId }) => accountId)).toEqual([puentes.id]);
  });

  test('of somebody else cannot be seen or ended', async () => {
    const [luisSession, anaSession] = [
      await portal.signIn(luis, testPassword),
      await portal.signIn(ana, testPassword, { accountId: condor.id }),
    ];
    const { sessions } = await anaSession.client.sessions.list();
    expect(sessions.map(({ id }) => id)).not.toContain(luisSession.profile.sessionId);
    await expect(anaSession.client.sessions.end({ id: luisSession.profile.sessionId })).rejects.toMatchObject(
      refused('not-found'),
    );
    await luisSession.client.sessions.list();
  });

  test('signing out ends the session, and gives the same answer for what is no session', async () => {
    const session = await portal.signIn(luis, testPassword);
    const signOut = (refreshToken: string, device = session.device) =>
      portal.client(device).sessions.signOut({ refreshToken });
    // Another device cannot sign this one out.
    expect(await signOut(session.refreshToken, createTestDevice())).toBeUndefined();
    await session.client.sessions.profile();
    expect(await signOut(session.refreshToken)).toBeUndefined();
    await expect(session.client.sessions.profile()).rejects.toMatchObject(refused('session-ended'));
    expect(await signOut(session.refreshToken)).toBeUndefined();
    expect(await signOut(createRefreshToken().token)).toBeUndefined();
  });

  test('end at once when the membership is suspended, and the other company’s go on', async () => {
    const here = await portal.signIn(ana, testPassword, { accountId: condor.id });
    const there = await portal.signIn(ana, testPassword, { accountId: puentes.id });
    const { identityId } = condor.contacts[ana] ?? { identityId: '' };
    await portal.services.database.inAccount(condor.id, (tx) =>
      endSessions(tx, { identityId, accountId: condor.id }, 'suspended', portal.clock.now()),
    );
    await expect(here.client.sessions.profile()).rejects.toMatchObject(refused('session-ended'));
    await there.client.sessions.profile();
  });
});

describe('the password again, for what is sensitive', () => {
  test('counts for 5 minutes in this session, as signing in does', async () => {
    const session = await portal.signIn(luis, testPassword);
    const { until } = await session.client.sessions.confirmPassword({ password: testPassword });
    expect(Date.parse(until)).toBe(portal.clock.now() + 5 * minutes);
  });

  test('a wrong one is refused, and guessing is delayed as at signing in', async () => {
    const session = await portal.signIn(luis, testPassword);
    for (let attempt = 0; attempt < 5; attempt += 1)
      await expect(session.client.sessions.confirmPassword({ password: 'no es esta' })).rejects.toMatchObject(
        refused('invalid-credentials'),
      );
    await expect(session.client.sessions.confirmPassword({ password: testPassword })).rejects.toMatchObject(
      refused('invalid-credentials'),
    );
    portal.clock.advance(seconds);
    await session.client.sessions.confirmPassword({ password: testPassword });
  });
});
