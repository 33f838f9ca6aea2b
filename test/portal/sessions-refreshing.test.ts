import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { audit, refreshToken } from '../../src/portal/db/schema.ts';
import { endSessions } from '../../src/portal/services/end-sessions.ts';
import { createRefreshToken, createTestDevice, days, seconds, testPassword } from './support.ts';
import { endedBy, luis, refused, startTwoCompanies, type TwoCompanies } from './two-companies-support.ts';

let portal: TwoCompanies;
beforeAll(async () => {
  portal = await startTwoCompanies();
});
afterAll(() => portal.close());

describe('refreshing', () => {
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
    await portal.refresh(session.device, current, next.hash);
    portal.clock.advance(20 * days);
    const again = await portal.refresh(session.device, current, next.hash);
    expect(again.profile.sessionId).toBe(session.profile.sessionId);
    await portal.refresh(session.device, next.token, createRefreshToken().hash);
    await portal.refresh(session.device, current, next.hash);
    const client = portal.client(session.device, () => again.access.accessToken);
    expect((await client.sessions.profile()).sessionId).toBe(session.profile.sessionId);
  });

  test('with another next token within 20 s it lost a race, and the session goes on', async () => {
    const session = await portal.signIn(luis, testPassword);
    const next = createRefreshToken();
    await portal.refresh(session.device, session.refreshToken, next.hash);
    portal.clock.advance(20 * seconds);
    await expect(
      portal.refresh(session.device, session.refreshToken, createRefreshToken().hash),
    ).rejects.toMatchObject(refused('session-raced'));
    await portal.refresh(session.device, next.token, createRefreshToken().hash);
  });

  test('with another next token later it is a replay and ends the session on the spot', async () => {
    const session = await portal.signIn(luis, testPassword);
    const next = createRefreshToken();
    const { access } = await portal.refresh(session.device, session.refreshToken, next.hash);
    portal.clock.advance(20 * seconds + 1);
    await expect(
      portal.refresh(session.device, session.refreshToken, createRefreshToken().hash),
    ).rejects.toMatchObject(refused('session-ended'));
    const client = portal.client(session.device, () => access.accessToken);
    await expect(client.sessions.profile()).rejects.toMatchObject(refused('session-ended'));
    await expect(portal.refresh(session.device, next.token, createRefreshToken().hash)).rejects.toMatchObject(
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
        portal.refresh(session.device, session.refreshToken, createRefreshToken().hash),
      ),
    );
    const codes = answers.map((answer) => (answer.status === 'fulfilled' ? 'rotated' : answer.reason.code));
    expect(codes.sort()).toEqual(['rotated', ...Array.from({ length: 9 }, () => 'session-raced')]);
  });

  test('ten at once with one successor all get an answer', async () => {
    const session = await portal.signIn(luis, testPassword);
    const next = createRefreshToken();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => portal.refresh(session.device, session.refreshToken, next.hash)),
    );
    expect(new Set(answers.map(({ access }) => access.accessToken)).size).toBe(10);
    await portal.refresh(session.device, next.token, createRefreshToken().hash);
  });

  test('never after signing out, not even within the grace', async () => {
    const session = await portal.signIn(luis, testPassword);
    const next = createRefreshToken();
    await portal.refresh(session.device, session.refreshToken, next.hash);
    await portal.client(session.device).sessions.signOut({ refreshToken: next.token });
    for (const token of [session.refreshToken, next.token])
      await expect(portal.refresh(session.device, token, createRefreshToken().hash)).rejects.toMatchObject(
        refused('session-ended'),
      );
  });

  test('not on another device, not with an unknown token, not to itself', async () => {
    const session = await portal.signIn(luis, testPassword);
    await expect(
      portal.refresh(createTestDevice(), session.refreshToken, createRefreshToken().hash),
    ).rejects.toMatchObject(refused('proof-invalid'));
    await expect(
      portal.refresh(session.device, createRefreshToken().token, createRefreshToken().hash),
    ).rejects.toMatchObject(refused('session-ended'));
    const own = createRefreshToken();
    await portal.refresh(session.device, session.refreshToken, own.hash);
    await expect(portal.refresh(session.device, own.token, own.hash)).rejects.toMatchObject(
      refused('invalid-input'),
    );
    await portal.refresh(session.device, own.token, createRefreshToken().hash);
  });

  test('ends after 90 days without use and after 365 days with it', async () => {
    const idle = await portal.signIn(luis, testPassword);
    portal.clock.advance(90 * days - 1);
    await idle.refresh();
    portal.clock.advance(90 * days);
    await expect(idle.refresh()).rejects.toMatchObject(endedBy('idle'));

    const used = await portal.signIn(luis, testPassword);
    const end = new Date(portal.clock.now() + 365 * days).toISOString();
    expect(used.profile.sessionEndsAt).toBe(end);
    for (let passed = 0; passed < 360; passed += 60) {
      portal.clock.advance(60 * days);
      await used.refresh();
    }
    // What the device hears all along, so that its person can sign in again in time.
    expect((await used.client.sessions.profile()).sessionEndsAt).toBe(end);
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
        portal.refresh(createTestDevice(), session.refreshToken, createRefreshToken().hash),
      ).rejects.toMatchObject({ code: 'proof-invalid', data: {} });
    }
    const session = await portal.signIn(luis, testPassword);
    await portal.client(session.device).sessions.signOut({ refreshToken: session.refreshToken });
    await expect(session.refresh()).rejects.toMatchObject(endedBy('signed-out'));
    const unknown = await portal
      .refresh(session.device, createRefreshToken().token, createRefreshToken().hash)
      .catch(({ data }) => data);
    expect(unknown).toBeUndefined();
  });

  test('keeps hashes of tokens and nothing else', async () => {
    const session = await portal.signIn(luis, testPassword);
    const rows = await portal.services.database.queries.select().from(refreshToken);
    expect(JSON.stringify(rows)).not.toContain(session.refreshToken);
    expect(rows.every(({ tokenHash }) => tokenHash.length === 32)).toBe(true);
  });
});
