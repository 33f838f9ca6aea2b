import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, type RunningCore, testUse } from '../../../test/fakes/core-rig.ts';
import { testLicenseKey } from '../../../test/fakes/portal-router.ts';
import type { Core } from '../create-core.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

const signIn = (running: RunningCore) => rig.signIn(running);

async function activate({ client }: RunningCore): Promise<void> {
  await client.setup.chooseMode({ mode: 'standalone' });
  await client.setup.setPortal({ address: rig.portal.address });
  await client.setup.activate({ key: testLicenseKey });
}

describe('programs that wait', () => {
  const wait = (core: Core, signal = new AbortController().signal) =>
    core.session.ensureIdentity({ interactive: true, program: testUse, signal });

  test('A17: ten programs cause one window, and one sign-in answers all', async () => {
    const running = await rig.start();
    const waiting = Promise.all(Array.from({ length: 10 }, () => wait(running.core)));
    await expect.poll(() => rig.opener.windows).toEqual(['sign-in']);
    await rig.signIn(running);
    await waiting;
    expect(rig.opener.windows).toEqual(['sign-in']);
    expect(rig.portal.calls.filter((call) => call === 'sessions.signIn')).toHaveLength(1);
  });

  test('a program that asks later brings the window up again: it may have been closed', async () => {
    const running = await rig.start();
    const first = wait(running.core);
    await expect.poll(() => rig.opener.windows).toEqual(['sign-in']);
    await rig.clock.advance(14_000);
    const second = wait(running.core);
    await rig.clock.advance(1000);
    const third = wait(running.core);
    await expect.poll(() => rig.opener.windows).toEqual(['sign-in', 'sign-in']);
    await rig.signIn(running);
    await Promise.all([first, second, third]);
    expect(rig.opener.windows).toEqual(['sign-in', 'sign-in']);
  });

  test('one that asked before the person closed the sign-in hears of it, and opens no other', async () => {
    const running = await rig.start();
    const reading = Promise.withResolvers<void>();
    const read = Promise.withResolvers<void>();
    const first = wait(running.core);
    await expect.poll(() => rig.opener.windows).toEqual(['sign-in']);
    running.secrets.before = ({ kind, name }) => {
      if (kind !== 'get' || name !== 'sign-in-token') return undefined;
      reading.resolve();
      return read.promise;
    };
    const late = wait(running.core);
    await reading.promise;
    await running.client.setup.cancelSignIn();
    read.resolve();
    for (const asked of [first, late])
      await expect(asked).rejects.toMatchObject({ code: 'sign-in-cancelled' });
    expect(rig.opener.windows).toEqual(['sign-in']);
  });

  test.each([
    ['a sign-in', true, signIn],
    ['a sign-in', false, signIn],
    ['a license', true, activate],
    ['a license', false, activate],
  ])(
    '%s that came while the keychain was read is seen (interactive: %s)',
    async (_what, interactive, come) => {
      const running = await rig.start();
      const reading = Promise.withResolvers<void>();
      const read = Promise.withResolvers<void>();
      running.secrets.before = ({ kind, name }) => {
        if (kind !== 'get' || name !== 'sign-in-token') return undefined;
        running.secrets.before = null;
        reading.resolve();
        return read.promise;
      };
      const { signal } = new AbortController();
      const answer = running.core.session.ensureIdentity({ interactive, program: testUse, signal });
      await reading.promise;
      await come(running);
      read.resolve();
      await answer;
      expect(rig.opener.windows).toEqual([]);
    },
  );

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
        program: testUse,
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
