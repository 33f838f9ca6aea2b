import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, type RunningCore, testEmail } from '../../../test/fakes/core-rig.ts';
import { testIds } from '../../../test/fakes/portal-people.ts';
import { testCloudKey } from '../../../test/fakes/portal-router.ts';
import { createMemorySecrets } from '../../../test/fakes/secrets.ts';
import { composeCore } from '../compose-core.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

/** Holds the first request whose path ends so: before the portal sees it, or after, with its answer. */
function hold(when: 'before' | 'after', path: string): { arrived: Promise<void>; release(): void } {
  const arrived = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  rig.portal.line[when] = async (request: Request) => {
    if (!request.url.endsWith(path)) return undefined;
    rig.portal.line[when] = null;
    arrived.resolve();
    await released.promise;
    return undefined;
  };
  return { arrived: arrived.promise, release: released.resolve };
}

describe('the end of a session', () => {
  test.each([
    ['suspended', 'ended', 'access-ended'],
    ['deleted', 'ended', 'access-ended'],
    ['replay', 'ended', 'session-ended'],
    ['password-set', 'lapsed', 'session-ended'],
    ['expired', 'lapsed', 'session-ended'],
    [undefined, 'lapsed', 'session-ended'],
  ] as const)(
    'by the portal (%s): a notice, the sign-in with the address filled in, no token left',
    async (reason, event, code) => {
      const running = await rig.start();
      await rig.signIn(running);
      const events: string[] = [];
      running.core.session.onIdentity((event) => events.push(event));
      for (const session of rig.portal.sessions) rig.portal.end(session, reason);
      await expect(running.client.people.listContacts({})).rejects.toMatchObject({ code });
      expect(events).toEqual([event]);
      expect(running.core.state.get()).toMatchObject({
        setup: { step: 'sign-in', email: testEmail, problem: { code } },
        profile: null,
        notices: [{ id: 'session-ended', code, level: 'warning' }],
      });
      expect(rig.tokenEntries()).toEqual([]);
      await rig.signIn(running);
      expect(running.core.state.get()).toMatchObject({ setup: { step: 'done' }, notices: [] });
    },
  );

  test('signing out takes the tokens away and tells the portal', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    await running.client.session.signOut();
    expect(rig.tokenEntries()).toEqual([]);
    expect(rig.portal.liveSessions()).toEqual([]);
    expect(running.core.state.get()).toMatchObject({
      setup: { step: 'sign-in' },
      profile: null,
      notices: [],
    });
    expect((await rig.start()).core.session.hasIdentity()).toBe(false);
  });

  test('signing out while the session is being renewed: the answer that comes then signs nobody in', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    const events: string[] = [];
    running.core.session.onIdentity((event) => events.push(event));
    rig.portal.expireAccess();
    const call = hold('before', '/refresh');
    const listed = expect(running.client.people.listPools()).rejects.toMatchObject({ code: 'not-signed-in' });
    await call.arrived;
    const out = running.client.session.signOut();
    await expect.poll(() => running.core.session.hasIdentity()).toBe(false);
    call.release();
    await Promise.all([listed, out]);
    expect(events).toEqual(['signed-out']);
    expect(running.core.session.hasIdentity()).toBe(false);
    expect(running.core.state.get()).toMatchObject({ setup: { step: 'sign-in' }, profile: null });
    expect(rig.tokenEntries()).toEqual([]);
    expect(rig.portal.liveSessions()).toEqual([]);
  });

  test('signing out while another company is being chosen: the choice comes to nothing', async () => {
    const running = await rig.start();
    await rig.signIn(running, 'marcos.vidal@condor.example');
    await running.client.setup.chooseAccount({ accountId: testIds.condor });
    const call = hold('after', '/switch');
    const switched = expect(
      running.client.session.switchAccount({ accountId: testIds.taller }),
    ).rejects.toMatchObject({ code: 'not-signed-in' });
    await call.arrived;
    await running.client.session.signOut();
    call.release();
    await switched;
    expect(running.core.session.hasIdentity()).toBe(false);
    expect(running.core.state.get()).toMatchObject({ setup: { step: 'sign-in' }, profile: null });
  });

  test('a cloud key that goes while it is being renewed: the portal hears of its end last', async () => {
    const { client, core } = await rig.start();
    await client.setup.chooseMode({ mode: 'cloud-key' });
    await client.setup.setPortal({ address: rig.portal.address });
    await client.setup.enterKey({ key: testCloudKey });
    rig.portal.expireAccess();
    const call = hold('before', '/key');
    const listed = expect(client.programs.list()).rejects.toMatchObject({ code: 'not-signed-in' });
    await call.arrived;
    let out = false;
    const leaving = client.session.signOut().then(() => {
      out = true;
    });
    await expect
      .poll(async () => {
        await rig.clock.advance(1000);
        return out;
      })
      .toBe(true);
    call.release();
    await Promise.all([listed, leaving]);
    await expect
      .poll(() => rig.portal.calls.filter((name) => name.endsWith('Key')).slice(-2))
      .toEqual(['sessions.withKey', 'sessions.leaveKey']);
    expect(core.session.hasIdentity()).toBe(false);
    expect(rig.tokenEntries()).toEqual([]);
    expect(core.state.get()).toMatchObject({ setup: { step: 'enter-key' }, notices: [] });
  });

  test('signing out without network takes the tokens away all the same', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    rig.portal.line.reachable = false;
    await running.client.session.signOut();
    expect(rig.tokenEntries()).toEqual([]);
    expect(running.core.session.hasIdentity()).toBe(false);
    expect(running.core.state.get().notices).toMatchObject([{ code: 'sign-out-untold', level: 'info' }]);
    rig.portal.line.reachable = true;
    await rig.signIn(running);
    expect(running.core.state.get().notices).toEqual([]);
  });

  test('a cloud key that is left without network: the portal did not hear, and the next key takes the word back', async () => {
    const { client, core } = await rig.start();
    await client.setup.chooseMode({ mode: 'cloud-key' });
    await client.setup.setPortal({ address: rig.portal.address });
    await client.setup.enterKey({ key: testCloudKey });
    rig.portal.line.reachable = false;
    expect(await client.session.signOut()).toEqual({ told: false });
    expect(rig.tokenEntries()).toEqual([]);
    expect(core.state.get().notices).toMatchObject([{ code: 'key-leave-untold', level: 'info' }]);
    rig.portal.line.reachable = true;
    await client.setup.enterKey({ key: testCloudKey });
    expect(core.state.get().notices).toEqual([]);
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
        return rig.tokenEntries();
      })
      .toEqual([]);
    await out;
  });
});

describe('a sign-out says what it did', () => {
  test.each([
    ['a session', async (running: RunningCore) => rig.signIn(running)],
    [
      'a cloud key',
      async ({ client }: RunningCore) => {
        await client.setup.chooseMode({ mode: 'cloud-key' });
        await client.setup.setPortal({ address: rig.portal.address });
        await client.setup.enterKey({ key: testCloudKey });
      },
    ],
  ])('whether the portal heard of it (%s)', async (_what, enter) => {
    const running = await rig.start();
    await enter(running);
    expect(await running.client.session.signOut()).toEqual({ told: true });
    await enter(running);
    rig.portal.line.reachable = false;
    expect(await running.client.session.signOut()).toEqual({ told: false });
    expect(rig.tokenEntries()).toEqual([]);
  });

  test('a keychain that is locked: refused, and nothing is begun that a later start would end', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    running.secrets.fault = 'keychain-locked';
    await expect(running.client.session.signOut()).rejects.toMatchObject({ code: 'keychain-locked' });
    running.secrets.fault = null;
    expect(running.core.session.hasIdentity()).toBe(true);
    const again = await rig.start();
    expect(again.core.session.hasIdentity()).toBe(true);
    expect(rig.portal.liveSessions()).toHaveLength(1);
  });

  test('whoever is signed in with a keychain that is not there now: refused', async () => {
    await rig.signIn(await rig.start());
    const afar = await rig.start({ secrets: createMemorySecrets({ backend: 'memory' }) });
    await expect(afar.client.session.signOut()).rejects.toMatchObject({ code: 'keychain-unavailable' });
    expect(rig.portal.liveSessions()).toHaveLength(1);
    expect((await rig.start()).core.session.hasIdentity()).toBe(true);
  });
});

describe('a sign-out that was cut off', () => {
  /** Signed out, and dead before the portal was told. */
  async function cutOff(): Promise<void> {
    const running = await rig.start();
    await rig.signIn(running);
    await running.core.stop();
    const file = join(rig.paths.data, 'identity.json');
    const record = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify({ ...record, state: 'leaving', profile: null }));
  }

  test('is left to a client that reaches the portal: a look at the state ends nothing', async () => {
    await cutOff();
    const { core } = composeCore(rig.make().ports);
    await core.start({ onlyLooks: true });
    expect(core.session.hasIdentity()).toBe(false);
    await core.stop();
    expect(rig.tokenEntries()).toEqual(['refresh-token']);
    expect(rig.portal.liveSessions()).toHaveLength(1);
  });

  test('is finished with all that an end does: those who keep rights hear of it', async () => {
    await cutOff();
    const again = rig.make();
    const events: string[] = [];
    again.core.session.onIdentity((event) => events.push(event));
    await again.core.start();
    await expect.poll(() => rig.tokenEntries()).toEqual([]);
    await expect.poll(() => rig.portal.liveSessions()).toEqual([]);
    expect(events).toEqual(['signed-out']);
    await again.core.stop();
  });
});
