import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit } from '../../src/portal/db/schema.ts';
import { endSessions } from '../../src/portal/services/end-sessions.ts';
import { createRefreshToken, createTestDevice, minutes, seconds, testPassword } from './support.ts';
import { ana, luis, refused, startTwoCompanies, type TwoCompanies } from './two-companies-support.ts';

let portal: TwoCompanies;
beforeAll(async () => {
  portal = await startTwoCompanies();
});
afterAll(() => portal.close());

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
    await expect(portal.attempt(email, password)).rejects.toMatchObject(refused('invalid-credentials'));
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
    const first = await portal.attempt(luis, testPassword, device, token);
    const second = await portal.attempt(luis, testPassword, device, token);
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
    await portal.attempt(luis, testPassword, createTestDevice(), token);
    await expect(portal.attempt(luis, testPassword, createTestDevice(), token)).rejects.toMatchObject({
      code: 'invalid-input',
      data: { field: 'nextTokenHash' },
    });
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
    const here = await portal.signIn(ana, testPassword, { accountId: portal.condor.id });
    const there = await portal.signIn(ana, testPassword, { accountId: portal.puentes.id });
    const id = there.profile.sessionId;
    await here.client.sessions.end({ id });
    const written = await portal.services.database.queries.select().from(audit);
    const ends = written.filter(({ action, subject }) => action === 'session.ended' && subject?.id === id);
    expect(ends.map(({ accountId }) => accountId)).toEqual([portal.puentes.id]);
  });

  test('of somebody else cannot be seen or ended', async () => {
    const [luisSession, anaSession] = [
      await portal.signIn(luis, testPassword),
      await portal.signIn(ana, testPassword, { accountId: portal.condor.id }),
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
    const here = await portal.signIn(ana, testPassword, { accountId: portal.condor.id });
    const there = await portal.signIn(ana, testPassword, { accountId: portal.puentes.id });
    const { identityId } = portal.condor.contacts[ana] ?? { identityId: '' };
    await portal.services.database.inAccount(portal.condor.id, (tx) =>
      endSessions(tx, { identityId, accountId: portal.condor.id }, 'suspended', portal.clock.now()),
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
