import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, testEmail } from '../../../test/fakes/core-rig.ts';
import { testIds } from '../../../test/fakes/portal-people.ts';
import { testCloudKey } from '../../../test/fakes/portal-router.ts';
import { hashOf, newSecret } from '../../../test/fakes/portal-sessions.ts';
import { AldabaError } from '../../contract/errors.ts';
import type { Core } from '../create-core.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

const liveSessions = () => rig.portal.sessions.filter((session) => !session.ended);
const tokenEntries = () =>
  [...rig.entries.keys()].filter((name) => name !== 'device-key' && name !== 'clock-mac');
const use = {
  id: '0195b0a0-9000-7000-8000-000000000001',
  program: 'viga',
  version: '2026.1',
  since: '2026-03-02T08:00:00.000Z',
  state: 'waiting' as const,
};

describe('signing in', () => {
  test('A3, A20: email and password sign in, and what is kept is one token', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    expect(running.core.state.get()).toMatchObject({
      setup: { step: 'done', mode: 'cloud-signin' },
      profile: { identity: { email: testEmail } },
      connection: { state: 'online' },
    });
    expect(tokenEntries()).toEqual(['refresh-token']);
    expect(await running.client.people.listContacts({})).toMatchObject({ total: 1 });
    expect(rig.stored.value).toMatchObject({ mode: 'cloud-signin', portal: rig.portal.address });
  });

  test('a wrong password is refused, thrown and shown, and leaves nothing behind', async () => {
    const { client, core } = await rig.start();
    await client.setup.chooseMode({ mode: 'cloud-signin' });
    await client.setup.setPortal({ address: rig.portal.address });
    const refused = client.setup.signIn({ email: testEmail, password: 'otra cosa distinta' });
    await expect(refused).rejects.toMatchObject({ code: 'invalid-credentials', defined: true, status: 401 });
    expect(core.state.get().setup).toMatchObject({
      step: 'sign-in',
      busy: false,
      email: testEmail,
      problem: { code: 'invalid-credentials' },
    });
    expect(tokenEntries()).toEqual([]);
    expect(rig.stored.value.mode).toBeUndefined();
  });

  test('C10: with several companies the person chooses, and may choose again later', async () => {
    const running = await rig.start();
    await rig.signIn(running, 'marcos.vidal@condor.example');
    const { setup } = running.core.state.get();
    expect(setup).toMatchObject({ step: 'choose-account' });
    expect(setup.step === 'choose-account' && setup.accounts.map(({ account }) => account.name)).toEqual([
      'Estructuras Cóndor',
      'Taller Norte',
    ]);
    expect(tokenEntries()).toEqual([]);
    await running.client.setup.chooseAccount({ accountId: testIds.taller });
    expect(running.core.session.profile?.membership.account.name).toBe('Taller Norte');
    const events: string[] = [];
    running.core.session.onIdentity((event) => events.push(event));
    await running.client.session.switchAccount({ accountId: testIds.condor });
    expect(running.core.session.profile?.membership.account.name).toBe('Estructuras Cóndor');
    expect(events).toEqual(['ready']);
    expect(liveSessions()).toHaveLength(1);
  });

  test('a choice that took longer than its ticket goes back to the password', async () => {
    const running = await rig.start();
    await rig.signIn(running, 'marcos.vidal@condor.example');
    await rig.clock.advance(301_000);
    const late = running.client.setup.chooseAccount({ accountId: testIds.taller });
    await expect(late).rejects.toMatchObject({ code: 'account-choice-expired' });
    expect(running.core.state.get().setup).toMatchObject({
      step: 'sign-in',
      problem: { code: 'account-choice-expired' },
    });
  });

  test('signing in again ends the session before at the portal', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    const [first] = liveSessions();
    await running.client.setup.back();
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    await rig.signIn(running, 'marcos.vidal@condor.example');
    await running.client.setup.chooseAccount({ accountId: testIds.condor });
    await running.core.session.stop();
    expect(first?.ended).toBe(true);
    expect(liveSessions()).toHaveLength(1);
  });

  test('A4, A18: a forgotten or first password is asked for by email', async () => {
    const { client, core } = await rig.start();
    await client.setup.chooseMode({ mode: 'cloud-signin' });
    await client.setup.setPortal({ address: rig.portal.address });
    await client.setup.requestPasswordLink({ email: testEmail });
    expect(rig.portal.links).toEqual([testEmail]);
    expect(core.state.get().setup).toMatchObject({ step: 'sign-in', resetRequested: true, email: testEmail });
  });
});

describe('at the next start', () => {
  test('A17: the identity is there without the network being touched', async () => {
    await rig.signIn(await rig.start());
    rig.portal.calls.length = 0;
    const again = await rig.start();
    expect(again.core.session.hasIdentity()).toBe(true);
    expect(again.core.state.get()).toMatchObject({
      setup: { step: 'done' },
      profile: { identity: { email: testEmail } },
    });
    expect(rig.portal.calls).toEqual([]);
    await again.core.session.ensureIdentity({
      interactive: true,
      program: use,
      signal: new AbortController().signal,
    });
    expect(rig.opener.windows).toEqual([]);
  });

  test('A17: no network keeps the identity silently, and its return renews it', async () => {
    await rig.signIn(await rig.start());
    rig.portal.line.reachable = false;
    const { core, client } = await rig.start();
    await rig.clock.advance(5_000);
    await expect.poll(() => core.state.get().connection.state).toBe('offline');
    expect(core.session.hasIdentity()).toBe(true);
    expect(core.state.get()).toMatchObject({
      setup: { step: 'done' },
      connection: { state: 'offline', problem: { code: 'network-offline' } },
      notices: [],
    });
    await expect(client.people.listContacts({})).rejects.toMatchObject({
      code: 'network-offline',
      defined: true,
    });
    rig.portal.line.reachable = true;
    await rig.clock.advance(1_200_000);
    await expect.poll(() => core.state.get().connection).toMatchObject({ state: 'online', problem: null });
  });

  test('a locked keychain keeps the identity and says so', async () => {
    await rig.signIn(await rig.start());
    const again = rig.make();
    again.secrets.fault = 'keychain-locked';
    await again.core.start();
    expect(again.core.session.hasIdentity()).toBe(true);
    expect(again.core.state.get().keychain).toEqual({ backend: 'secret-service', state: 'locked' });
    await expect(again.client.people.listContacts({})).rejects.toMatchObject({ code: 'keychain-locked' });
    again.secrets.fault = null;
    expect(await again.client.people.listContacts({})).toMatchObject({ total: 1 });
    expect(again.core.state.get().keychain.state).toBe('ok');
  });

  test('a keychain that lasts only as long as the process asks again, and says why', async () => {
    await rig.signIn(await rig.start());
    rig.entries.clear();
    const { core } = await rig.start();
    expect(core.session.hasIdentity()).toBe(false);
    expect(core.state.get().setup).toMatchObject({ step: 'sign-in', email: testEmail });
  });

  test('a token is never sent to another portal than the one it came from', async () => {
    await rig.signIn(await rig.start());
    const moved = await rig.start({ locked: { portal: 'https://other.example', mode: 'cloud-signin' } });
    expect(moved.core.session.hasIdentity()).toBe(false);
    await expect(moved.client.people.listContacts({})).rejects.toMatchObject({ code: 'not-signed-in' });
    const back = await rig.start();
    expect(back.core.session.hasIdentity()).toBe(true);
  });
});

describe('access', () => {
  test('however many calls find the access token expired, one renewal runs', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    rig.portal.expireAccess();
    rig.portal.calls.length = 0;
    await Promise.all(Array.from({ length: 20 }, () => running.client.people.listPools()));
    expect(rig.portal.calls.filter((call) => call === 'sessions.refresh')).toHaveLength(1);
    expect(rig.portal.calls.filter((call) => call === 'people.listPools').length).toBeGreaterThanOrEqual(20);
  });

  test('an expired token is renewed before it is used, by either clock', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    const renewals = async () => {
      rig.portal.calls.length = 0;
      await running.client.people.listPools();
      return rig.portal.calls;
    };
    expect(await renewals()).toEqual(['people.listPools']);
    await rig.clock.advance(580_000);
    expect(await renewals()).toEqual(['sessions.refresh', 'people.listPools']);
    // A laptop that slept: only the wall clock went on.
    rig.clock.suspend(8 * 3_600_000);
    expect(await renewals()).toEqual(['sessions.refresh', 'people.listPools']);
    // The person sets the clock back a day: the running clock still tells the age.
    rig.clock.jump(-86_400_000);
    rig.portal.setSkew(86_400_000);
    await rig.clock.advance(580_000);
    expect(await renewals()).toEqual(['sessions.refresh', 'people.listPools']);
  });

  test('a wrong clock is corrected by the portal’s date and the proof sent once more', async () => {
    const running = await rig.start();
    rig.portal.setSkew(-3 * 3_600_000);
    await rig.signIn(running);
    expect(running.core.session.hasIdentity()).toBe(true);
  });

  test('a session is renewed twice a day although nothing asks, counted by the wall clock', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    const count = () => rig.portal.sessions[0]?.refreshes ?? 0;
    const before = count();
    await rig.clock.advance(11 * 3_600_000);
    expect(count()).toBe(before);
    // Asleep over the due time: noticed within a minute of running again.
    rig.clock.suspend(2 * 3_600_000);
    await rig.clock.advance(60_000);
    await expect.poll(count).toBe(before + 1);
  });
});

describe('the end of a session', () => {
  test.each([
    ['suspended', 'ended'],
    ['replay', 'ended'],
    ['password-set', 'lapsed'],
    ['expired', 'lapsed'],
    [undefined, 'lapsed'],
  ] as const)(
    'by the portal (%s): a notice, the sign-in with the address filled in, no token left',
    async (reason, event) => {
      const running = await rig.start();
      await rig.signIn(running);
      const events: string[] = [];
      running.core.session.onIdentity((event) => events.push(event));
      for (const session of rig.portal.sessions) rig.portal.end(session, reason);
      await expect(running.client.people.listContacts({})).rejects.toMatchObject({ code: 'session-ended' });
      expect(events).toEqual([event]);
      expect(running.core.state.get()).toMatchObject({
        setup: { step: 'sign-in', email: testEmail, problem: { code: 'session-ended' } },
        profile: null,
        notices: [{ id: 'session-ended', code: 'session-ended', level: 'warning' }],
      });
      expect(tokenEntries()).toEqual([]);
      await rig.signIn(running);
      expect(running.core.state.get()).toMatchObject({ setup: { step: 'done' }, notices: [] });
    },
  );

  test('signing out takes the tokens away and tells the portal', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    await running.client.session.signOut();
    expect(tokenEntries()).toEqual([]);
    expect(liveSessions()).toEqual([]);
    expect(running.core.state.get()).toMatchObject({
      setup: { step: 'sign-in' },
      profile: null,
      notices: [],
    });
    expect((await rig.start()).core.session.hasIdentity()).toBe(false);
  });

  test('signing out without network takes the tokens away all the same', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    rig.portal.line.reachable = false;
    await running.client.session.signOut();
    expect(tokenEntries()).toEqual([]);
    expect(running.core.session.hasIdentity()).toBe(false);
    expect(running.core.state.get().notices).toMatchObject([{ code: 'sign-out-untold', level: 'info' }]);
    rig.portal.line.reachable = true;
    await rig.signIn(running);
    expect(running.core.state.get().notices).toEqual([]);
  });

  test('signing out does not wait for a network that swallows everything', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    rig.portal.line.before = (request) =>
      new Promise((_resolve, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason));
      });
    const out = running.client.session.signOut();
    await expect.poll(() => rig.clock.pending).toBeGreaterThan(0);
    await expect
      .poll(async () => {
        await rig.clock.advance(1000);
        return tokenEntries();
      })
      .toEqual([]);
    await out;
  });
});

describe('programs that wait', () => {
  const wait = (core: Core, signal = new AbortController().signal) =>
    core.session.ensureIdentity({ interactive: true, program: use, signal });

  test('A17: ten programs cause one window, and one sign-in answers all', async () => {
    const running = await rig.start();
    const waiting = Promise.all(Array.from({ length: 10 }, () => wait(running.core)));
    await expect.poll(() => rig.opener.windows).toEqual(['sign-in']);
    await rig.signIn(running);
    await waiting;
    expect(rig.opener.windows).toEqual(['sign-in']);
    expect(rig.portal.calls.filter((call) => call === 'sessions.signIn')).toHaveLength(1);
  });

  test('closing the sign-in answers all of them, and the next one opens it again', async () => {
    const running = await rig.start();
    const waiting = [wait(running.core), wait(running.core)].map((one) =>
      expect(one).rejects.toMatchObject({ code: 'sign-in-cancelled' }),
    );
    await expect.poll(() => rig.opener.windows).toHaveLength(1);
    await running.client.setup.cancelSignIn();
    await Promise.all(waiting);
    const again = expect(wait(running.core)).rejects.toMatchObject({ code: 'sign-in-cancelled' });
    await expect.poll(() => rig.opener.windows).toHaveLength(2);
    await running.client.setup.cancelSignIn();
    await again;
  });

  test('one that gives up leaves the others waiting', async () => {
    const running = await rig.start();
    const abort = new AbortController();
    const first = expect(wait(running.core, abort.signal)).rejects.toMatchObject({ code: 'cancelled' });
    const second = wait(running.core);
    await expect.poll(() => rig.opener.windows).toHaveLength(1);
    abort.abort();
    await first;
    await rig.signIn(running);
    await second;
  });

  test('where no window can be shown they are told', async () => {
    const running = await rig.start();
    rig.opener.hasWindow = false;
    await expect(wait(running.core)).rejects.toMatchObject({ code: 'sign-in-unavailable' });
  });

  test('who may not ask gets an answer at once', async () => {
    const running = await rig.start();
    const ask = () =>
      running.core.session.ensureIdentity({
        interactive: false,
        program: use,
        signal: new AbortController().signal,
      });
    await expect(ask()).rejects.toMatchObject({ code: 'not-configured' });
    await rig.signIn(running);
    await ask();
    await running.client.session.signOut();
    await expect(ask()).rejects.toMatchObject({ code: 'not-signed-in' });
    expect(rig.opener.windows).toEqual([]);
  });
});

describe('several processes of one profile', () => {
  test('two that renew at once both go on, with one chain of tokens', async () => {
    const one = await rig.start();
    await rig.signIn(one);
    const two = await rig.start();
    for (let round = 0; round < 3; round++) {
      rig.portal.expireAccess();
      await Promise.all(
        [one, two].flatMap(({ client }) => [client.people.listPools(), client.people.listRoles()]),
      );
    }
    expect(liveSessions()).toHaveLength(1);
    expect(tokenEntries()).toEqual(['refresh-token']);
  });

  test('a sign-in in one answers the programs that wait in the other; so does a sign-out', async () => {
    const agent = await rig.start();
    const waiting = agent.core.session.ensureIdentity({
      interactive: true,
      program: use,
      signal: new AbortController().signal,
    });
    await expect.poll(() => rig.opener.windows).toHaveLength(1);
    const window = await rig.start();
    await rig.signIn(window);
    await waiting;
    expect(agent.core.state.get()).toMatchObject({
      setup: { step: 'done' },
      profile: { identity: { email: testEmail } },
    });
    const events: string[] = [];
    agent.core.session.onIdentity((event) => events.push(event));
    await window.client.session.signOut();
    await expect.poll(() => events).toEqual(['signed-out']);
    expect(agent.core.session.hasIdentity()).toBe(false);
  });

  test('a rotation that somebody outside the lock was faster with goes on with their token', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    const [session] = liveSessions();
    const { thumbprint } = running.core.state.get().device;
    rig.portal.expireAccess();
    rig.portal.line.before = (request) => {
      if (!request.url.endsWith('/refresh') || session === undefined) return undefined;
      rig.portal.line.before = null;
      const token = newSecret();
      session.rotated.set(session.current, { next: hashOf(token), at: rig.clock.now() });
      session.current = hashOf(token);
      rig.entries.set('refresh-token', JSON.stringify({ portal: rig.portal.address, token, thumbprint }));
      return undefined;
    };
    let answered = false;
    const call = running.client.people.listPools().then(() => {
      answered = true;
    });
    await expect
      .poll(async () => {
        await rig.clock.advance(1000);
        return answered;
      })
      .toBe(true);
    await call;
    expect(session?.ended).toBe(false);
    expect(tokenEntries()).toEqual(['refresh-token']);
    expect(hashOf(JSON.parse(rig.entries.get('refresh-token') ?? '').token)).toBe(session?.current);
  });
});

describe('cloud key', () => {
  test('the key is typed once, stays in the keychain and nowhere else, and renews the access', async () => {
    const { client, core } = await rig.start();
    await client.setup.chooseMode({ mode: 'cloud-key' });
    await client.setup.setPortal({ address: rig.portal.address });
    await expect(client.setup.enterKey({ key: 'NUBE-0000-0000-0000' })).rejects.toMatchObject({
      code: 'key-invalid',
    });
    expect(tokenEntries()).toEqual([]);
    await client.setup.enterKey({ key: ` ${testCloudKey} ` });
    expect(core.state.get()).toMatchObject({ setup: { step: 'done', mode: 'cloud-key' }, profile: null });
    expect(tokenEntries()).toEqual(['cloud-key']);
    expect(JSON.stringify(core.state.get())).not.toContain(testCloudKey);
    const again = await rig.start();
    expect(again.core.session.hasIdentity()).toBe(true);
    rig.portal.expireAccess();
    expect(await again.client.programs.list()).toMatchObject({
      releases: [],
      buyUrl: 'https://portal.example/buy',
    });
    await expect(again.client.people.listContacts({})).rejects.toMatchObject({ code: 'forbidden' });
  });

  test('a revoked key needs another one, with notice', async () => {
    const { client, core } = await rig.start();
    await client.setup.chooseMode({ mode: 'cloud-key' });
    await client.setup.setPortal({ address: rig.portal.address });
    await client.setup.enterKey({ key: testCloudKey });
    rig.portal.revokeKey();
    rig.portal.expireAccess();
    await expect(client.programs.list()).rejects.toMatchObject({ code: 'key-invalid' });
    expect(core.state.get()).toMatchObject({
      setup: { step: 'enter-key' },
      notices: [{ id: 'session-ended', code: 'key-invalid' }],
    });
  });

  test('changing from sign-in to a key ends the session only when the key works', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    await running.client.setup.back();
    await running.client.setup.chooseMode({ mode: 'cloud-key' });
    await expect(running.client.setup.enterKey({ key: 'NUBE-0000-0000-0000' })).rejects.toBeDefined();
    expect(await running.client.people.listContacts({})).toMatchObject({ total: 1 });
    await running.client.setup.enterKey({ key: testCloudKey });
    expect(liveSessions()).toEqual([]);
    expect(tokenEntries()).toEqual(['cloud-key']);
    expect(running.core.state.get()).toMatchObject({
      setup: { step: 'done', mode: 'cloud-key' },
      profile: null,
    });
  });
});

test('a change of the way in that was cut off after the new one worked is finished at the next start', async () => {
  await rig.signIn(await rig.start());
  rig.entries.set('cloud-key', JSON.stringify({ portal: rig.portal.address, key: testCloudKey }));
  rig.stored.value = { ...rig.stored.value, mode: 'cloud-key' };
  const { core } = await rig.start();
  expect(core.state.get().setup).toMatchObject({ step: 'done', mode: 'cloud-key' });
  expect(liveSessions()).toHaveLength(1);
  await expect
    .poll(async () => {
      await rig.clock.advance(1000);
      return [liveSessions().length, tokenEntries()];
    })
    .toEqual([0, ['cloud-key']]);
  expect(core.session.hasIdentity()).toBe(true);
});

test('an answer that is lost while signing in is asked for again instead of the person', async () => {
  const running = await rig.start();
  await running.client.setup.chooseMode({ mode: 'cloud-signin' });
  await running.client.setup.setPortal({ address: rig.portal.address });
  rig.portal.line.after = () => {
    rig.portal.line.after = null;
    throw new AldabaError('portal-truncated', 'lost by the test');
  };
  await expect(rig.signIn(running)).rejects.toMatchObject({ code: 'portal-truncated' });
  expect(running.core.session.hasIdentity()).toBe(false);
  await running.core.session.ensureIdentity({
    interactive: true,
    program: use,
    signal: new AbortController().signal,
  });
  expect(running.core.session.hasIdentity()).toBe(true);
  expect(rig.opener.windows).toEqual([]);
  expect(liveSessions()).toHaveLength(1);
});
