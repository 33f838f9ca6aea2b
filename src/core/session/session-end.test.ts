import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, testEmail } from '../../../test/fakes/core-rig.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

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
