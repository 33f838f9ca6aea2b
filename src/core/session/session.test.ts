import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type CoreRig,
  createCoreRig,
  type RunningCore,
  testEmail,
  testUse,
} from '../../../test/fakes/core-rig.ts';
import { testPassword } from '../../../test/fakes/portal.ts';
import { testIds } from '../../../test/fakes/portal-people.ts';
import { AldabaError } from '../../contract/errors.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

describe('signing in', () => {
  test('A3, A20: email and password sign in, and what is kept is one token', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    expect(running.core.state.get()).toMatchObject({
      setup: { step: 'done', mode: 'cloud-signin' },
      profile: { identity: { email: testEmail } },
      connection: { state: 'online' },
    });
    expect(rig.tokenEntries()).toEqual(['refresh-token']);
    expect(await running.client.people.listContacts({})).toMatchObject({ total: 1 });
    expect(rig.stored.value).toMatchObject({ mode: 'cloud-signin', portal: rig.portal.address });
  });

  test('the end of the session shows from two weeks before, also after a start, until its person signs in again', async () => {
    const first = await rig.start();
    await rig.signIn(first);
    const [session] = rig.portal.sessions;
    if (session === undefined) throw new Error('the portal has no session');
    session.endsAt = rig.clock.now() + 15 * 86_400_000;
    await first.core.session.renew();
    expect(first.core.state.get().sessionEnds).toBeNull();
    session.endsAt = rig.clock.now() + 10 * 86_400_000;
    await first.core.session.renew();
    const sessionEnds = new Date(session.endsAt).toISOString();
    expect(first.core.state.get()).toMatchObject({ sessionEnds, setup: { step: 'done' } });
    await first.core.stop();

    const { client, core } = await rig.start();
    expect(core.state.get()).toMatchObject({ sessionEnds, setup: { step: 'done' } });
    const events: string[] = [];
    core.session.onIdentity((event) => events.push(event));
    await client.setup.chooseMode({ mode: 'cloud-signin' });
    expect(core.state.get().setup).toMatchObject({ step: 'sign-in', email: testEmail });
    await client.setup.signIn({ email: testEmail, password: testPassword });
    expect(core.state.get()).toMatchObject({ sessionEnds: null, setup: { step: 'done' } });
    expect(events).toEqual([]);
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
    expect(rig.tokenEntries()).toEqual([]);
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
    expect(rig.tokenEntries()).toEqual([]);
    await running.client.setup.chooseAccount({ accountId: testIds.taller });
    expect(running.core.session.profile?.membership.account.name).toBe('Taller Norte');
    const events: string[] = [];
    running.core.session.onIdentity((event) => events.push(event));
    await running.client.session.switchAccount({ accountId: testIds.condor });
    expect(running.core.session.profile?.membership.account.name).toBe('Estructuras Cóndor');
    expect(events).toEqual(['ready']);
    expect(rig.portal.liveSessions()).toHaveLength(1);
  });

  test('asked for the choice, a person of one company has it too, and is not signed in until then', async () => {
    const running = await rig.start();
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    await running.client.setup.setPortal({ address: rig.portal.address });
    await running.client.setup.signIn({ email: testEmail, password: testPassword, choose: true });
    const { setup } = running.core.state.get();
    expect(setup).toMatchObject({
      step: 'choose-account',
      accounts: [{ account: { name: 'Estructuras Cóndor' } }],
    });
    expect(rig.tokenEntries()).toEqual([]);
    expect(rig.portal.liveSessions()).toEqual([]);
    await running.client.setup.chooseAccount({ accountId: testIds.condor });
    expect(running.core.state.get().setup.step).toBe('done');
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
    const [first] = rig.portal.liveSessions();
    await running.client.setup.back();
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    await rig.signIn(running, 'marcos.vidal@condor.example');
    await running.client.setup.chooseAccount({ accountId: testIds.condor });
    await running.core.session.stop();
    expect(first?.ended).toBe(true);
    expect(rig.portal.liveSessions()).toHaveLength(1);
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
      program: testUse,
      signal: new AbortController().signal,
    });
    expect(rig.opener.windows).toEqual([]);
  });

  /** Signed in before, and found without a portal by the next start. */
  async function startOffline(): Promise<RunningCore> {
    await rig.signIn(await rig.start());
    rig.portal.line.reachable = false;
    const running = await rig.start();
    await rig.clock.advance(5_000);
    await expect.poll(() => running.core.state.get().connection.state).toBe('offline');
    return running;
  }

  test('A17: no network keeps the identity silently, and its return renews it', async () => {
    const { core, client } = await startOffline();
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

  test('a portal that is back is found at once by a check for a person who waits', async () => {
    const { core, client } = await startOffline();
    await client.connection.check();
    expect(core.state.get().connection.state).toBe('offline');
    rig.portal.line.reachable = true;
    await rig.clock.advance(5_000);
    await client.connection.check();
    expect(core.state.get().connection).toMatchObject({ state: 'online', problem: null });
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
      // A clock that moved is asked about beside this, whenever its turn comes.
      return rig.portal.calls.filter((call) => call !== 'licenses.trust');
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
    program: testUse,
    signal: new AbortController().signal,
  });
  expect(running.core.session.hasIdentity()).toBe(true);
  expect(rig.opener.windows).toEqual([]);
  expect(rig.portal.liveSessions()).toHaveLength(1);
});
