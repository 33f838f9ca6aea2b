import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type CoreRig, createCoreRig, type RunningCore, testEmail } from '../../test/fakes/core-rig.ts';
import { testPassword } from '../../test/fakes/portal.ts';
import { testIds } from '../../test/fakes/portal-people.ts';
import { testLicenseKey } from '../../test/fakes/portal-router.ts';
import { createMemorySecrets } from '../../test/fakes/secrets.ts';
import { createMemorySettings } from '../../test/fakes/settings.ts';
import { createBroker } from './broker/create-broker.ts';
import { createCore } from './create-core.ts';
import type { Http, HttpRequest } from './ports/http.ts';

let rig: CoreRig;
beforeEach(async () => {
  rig = await createCoreRig();
});
afterEach(() => rig.remove());

/** A network that counts and never answers. */
function blackHole(): Http & { requests: number } {
  const http = {
    requests: 0,
    fetch: (request: HttpRequest) => {
      http.requests++;
      return new Promise<Response>((_resolve, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason));
      });
    },
    close: async () => {},
  };
  return http;
}

describe('starting', () => {
  test('A17: answers without touching the network, signed in or not', async () => {
    const http = blackHole();
    expect((await rig.start({ http })).core.session.hasIdentity()).toBe(false);
    await rig.signIn(await rig.start());
    const { core } = await rig.start({ http });
    expect(core.session.hasIdentity()).toBe(true);
    expect(core.state.get().connection.state).toBe('unknown');
    expect(http.requests).toBe(0);
  });

  test('a keychain that asks its person to unlock it does not hold the start up', async () => {
    await rig.signIn(await rig.start());
    const secrets = createMemorySecrets({ entries: rig.entries });
    let unlock: () => void = () => {};
    const unlocked = new Promise<void>((resolve) => {
      unlock = resolve;
    });
    secrets.before = () => unlocked;
    const { core } = rig.make({ secrets });
    const starting = core.start();
    let started = false;
    void starting.then(() => {
      started = true;
    });
    await expect
      .poll(async () => {
        await rig.clock.advance(1000);
        return started;
      })
      .toBe(true);
    expect(core.session.hasIdentity()).toBe(true);
    expect(core.state.get().device.thumbprint).toBe('');
    unlock();
    await expect.poll(() => core.state.get().device.thumbprint).not.toBe('');
  });

  test('no keychain at all is visible, and a session lasts as long as the process', async () => {
    const secrets = createMemorySecrets({ backend: 'memory' });
    const running = await rig.start({ secrets });
    expect(running.core.state.get().keychain).toEqual({ backend: 'memory', state: 'unavailable' });
    await rig.signIn(running);
    expect(running.core.state.get()).toMatchObject({
      setup: { step: 'done' },
      keychain: { state: 'unavailable' },
    });
  });

  test('without a keychain each end signs out: the seat and the place among the devices are free at once', async () => {
    for (let turn = 0; turn < 6; turn++) {
      const running = await rig.start({ secrets: createMemorySecrets({ backend: 'memory' }) });
      expect(running.core.state.get().notices).toEqual([]);
      await rig.signIn(running);
      const use = { id: testIds.lease, program: 'viga', version: '2026.1', since: '2026-03-02T08:00:00Z' };
      const asked = { ...use, state: 'waiting' as const, features: [], interactive: true };
      expect(await running.core.licenses.acquire(asked, new AbortController().signal)).toMatchObject({
        permit: 'full',
      });
      expect(rig.portal.sessions.filter(({ ended }) => !ended)).toHaveLength(1);
      await running.core.stop();
      expect(rig.portal.sessions.filter(({ ended }) => !ended)).toHaveLength(0);
    }
  });

  test('a settings file that was kept aside is named', async () => {
    const settings = createMemorySettings({ recoveredFrom: '/home/ana/settings.corrupt-1.json' });
    const { core, client } = await rig.start({ settings });
    const { notices } = core.state.get();
    expect(notices).toMatchObject([
      { level: 'warning', code: 'settings-corrupt', data: { file: '/home/ana/settings.corrupt-1.json' } },
    ]);
    const known = vi.spyOn(settings, 'acknowledge');
    await client.settings.dismissNotice({ id: notices[0]?.id ?? '' });
    expect(core.state.get().notices).toEqual([]);
    expect(known.mock.calls).toEqual([[settings.problems[0]]]);
  });

  test('a second client of the same profile is told that one runs, and leaves nothing behind', async () => {
    const { ports } = rig.make();
    const first = createCore(ports, createBroker);
    await first.start();
    const pending = rig.clock.pending;
    const second = createCore(ports, createBroker);
    await expect(second.start()).rejects.toMatchObject({ code: 'already-running' });
    expect(rig.clock.pending).toBe(pending);
    await first.stop();
  });
});

describe('the device key', () => {
  test('lost with the keychain: the session is bound to it and over, and a sign-in is all it takes', async () => {
    const first = await rig.start();
    await rig.signIn(first);
    await first.core.stop();
    rig.entries.delete('device-key');
    const { core, client } = await rig.start();
    await expect(client.people.listRoles()).rejects.toMatchObject({ code: 'session-ended' });
    expect(core.session.hasIdentity()).toBe(false);
    expect(core.state.get()).toMatchObject({
      setup: { step: 'sign-in' },
      notices: [{ code: 'session-ended' }],
    });
    expect([...rig.entries.keys()]).not.toContain('refresh-token');
    await client.setup.signIn({ email: testEmail, password: testPassword });
    await client.people.listRoles();
  });

  test('a proof that is refused for another reason ends nothing', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    rig.portal.expireAccess();
    rig.portal.line.before = async () =>
      Response.json({ defined: true, code: 'proof-invalid', status: 401, message: '' }, { status: 401 });
    await expect(running.client.people.listRoles()).rejects.toMatchObject({ code: 'proof-invalid' });
    expect(running.core.session.hasIdentity()).toBe(true);
  });

  test('damaged: said by its own code, and replaced when the person asks', async () => {
    const first = await rig.start();
    await rig.signIn(first);
    const old = first.core.state.get().device.thumbprint;
    await expect(first.client.setup.resetDevice()).rejects.toMatchObject({ code: 'not-found' });
    await first.core.stop();
    rig.entries.set('device-key', 'bm90IGEga2V5');
    const { core, client } = await rig.start();
    expect(core.state.get().notices).toMatchObject([{ code: 'device-key-damaged', level: 'error' }]);
    await expect(client.people.listRoles()).rejects.toMatchObject({ code: 'device-key-damaged' });
    await client.setup.resetDevice();
    await expect.poll(() => core.state.get().device.thumbprint).toHaveLength(43);
    expect(core.state.get().device.thumbprint).not.toBe(old);
    expect(core.state.get()).toMatchObject({ setup: { step: 'sign-in' }, notices: [] });
    expect(rig.entries.get('device-key-damaged')).toBe('bm90IGEga2V5');
    await client.setup.signIn({ email: testEmail, password: testPassword });
    await client.people.listRoles();
  });
});

describe('a keychain that opens late', () => {
  async function activated(): Promise<void> {
    const { client, core } = await rig.start();
    await client.setup.chooseMode({ mode: 'standalone' });
    await client.setup.setPortal({ address: rig.portal.address });
    await client.setup.activate({ key: testLicenseKey });
    await core.stop();
  }
  const shown = ({ core }: RunningCore) => {
    const { setup, licenses, device } = core.state.get();
    return { step: setup.step, licenses: licenses?.length ?? null, known: device.thumbprint !== '' };
  };
  const inTime = (running: RunningCore) =>
    expect.poll(async () => {
      await rig.clock.advance(30_000);
      return shown(running);
    });

  test('a refusal at the start is not the last word: it is asked again', async () => {
    await activated();
    const running = rig.make();
    running.secrets.fault = 'keychain-locked';
    await running.core.start();
    expect(shown(running)).toEqual({ step: 'done', licenses: null, known: false });
    expect(running.core.state.get().keychain.state).toBe('locked');
    running.secrets.fault = null;
    await inTime(running).toEqual({ step: 'done', licenses: 1, known: true });
  });

  test('the first thing that opens it is enough', async () => {
    await activated();
    const running = rig.make();
    running.secrets.fault = 'keychain-locked';
    await running.core.start();
    running.secrets.fault = null;
    await running.client.setup.back();
    await running.client.programs.list().catch(() => undefined);
    await expect.poll(() => shown(running)).toMatchObject({ licenses: 1, known: true });
    expect(shown(running).step, 'whoever is choosing goes on choosing').toBe('choose-mode');
  });

  test('a prompt that waits for its person shows neither an activation nor an empty page', async () => {
    await activated();
    const running = rig.make();
    const opened = Promise.withResolvers<void>();
    running.secrets.before = () => opened.promise;
    const starting = running.core.start();
    await expect
      .poll(async () => {
        await rig.clock.advance(1000);
        return shown(running);
      })
      .toEqual({ step: 'done', licenses: null, known: false });
    opened.resolve();
    await starting;
    await expect.poll(() => shown(running)).toEqual({ step: 'done', licenses: 1, known: true });
  });

  test('a machine that was never activated asks for its activation all the same', async () => {
    const { client, core } = await rig.start();
    await client.setup.chooseMode({ mode: 'standalone' });
    await core.stop();
    const running = rig.make({ locked: { mode: 'standalone' } });
    running.secrets.fault = 'keychain-locked';
    await running.core.start();
    expect(shown(running)).toMatchObject({ step: 'standalone', licenses: null });
    running.secrets.fault = null;
    await inTime(running).toMatchObject({ step: 'standalone', licenses: 0 });
  });
});

describe('stopping', () => {
  test('does not wait for a keychain that asks its person', async () => {
    await rig.signIn(await rig.start());
    const running = rig.make({ dies: true });
    running.secrets.before = () => new Promise(() => {});
    const ends = async (work: Promise<void>) => {
      let done = false;
      void work.then(() => {
        done = true;
      });
      await expect
        .poll(async () => {
          await rig.clock.advance(100);
          return done;
        })
        .toBe(true);
    };
    await ends(running.core.start());
    const started = rig.clock.monotonic();
    await ends(running.core.stop());
    expect(rig.clock.monotonic() - started).toBeLessThanOrEqual(5000);
  });

  test('ends what is under way, whatever the network does', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    const release = rig.portal.publish(Buffer.alloc(1000));
    await running.client.programs.list();
    rig.portal.line.before = (request) =>
      new Promise((_resolve, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason));
      });
    const call = running.client.people.listRoles().catch((error: unknown) => error);
    await running.client.programs.download({ releaseId: release.id });
    await expect.poll(() => running.core.state.get().downloads).toHaveLength(1);
    await running.core.stop();
    expect(await call).toMatchObject({ code: 'cancelled' });
    expect(running.core.state.get().downloads[0]).toMatchObject({ state: 'downloading', problem: null });
  });

  test('answers programs that wait for the person', async () => {
    const { core } = await rig.start();
    const program = {
      id: testIds.lease,
      program: 'viga',
      version: '1',
      since: '2026-03-02T08:00:00Z',
      state: 'waiting',
    } as const;
    const signal = new AbortController().signal;
    const waiting = core.session
      .ensureIdentity({ interactive: true, program, signal })
      .catch((error: unknown) => error);
    await expect.poll(() => rig.opener.windows).toHaveLength(1);
    await core.stop();
    expect(await waiting).toMatchObject({ code: 'cancelled' });
  });

  test('leaves no timer behind', async () => {
    const running = await rig.start();
    await rig.signIn(running);
    expect(rig.clock.pending).toBeGreaterThan(0);
    await running.core.stop();
    expect(rig.clock.pending).toBe(0);
  });
});
