import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, testEmail, testUse } from '../../../test/fakes/core-rig.ts';
import { hashOf, newSecret } from '../../../test/fakes/portal-sessions.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

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
    expect(rig.portal.liveSessions()).toHaveLength(1);
    expect(rig.tokenEntries()).toEqual(['refresh-token']);
  });

  test('a sign-in in one answers the programs that wait in the other; so does a sign-out', async () => {
    const agent = await rig.start();
    const waiting = agent.core.session.ensureIdentity({
      interactive: true,
      program: testUse,
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
    const [session] = rig.portal.liveSessions();
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
    expect(rig.tokenEntries()).toEqual(['refresh-token']);
    expect(hashOf(JSON.parse(rig.entries.get('refresh-token') ?? '').token)).toBe(session?.current);
  });
});
