import { join } from 'node:path';
import { createRouterClient, type RouterClient } from '@orpc/server';
import type { SettingsChange } from '../../src/contract/settings.ts';
import { type Core, createCore } from '../../src/core/create-core.ts';
import type { Ports } from '../../src/core/ports/index.ts';
import type { CoreRouter } from '../../src/core/router/create-router.ts';
import type { createTempPaths } from './paths.ts';
import { createFakePortal, type FakePortal, testPassword } from './portal.ts';
import { createTestPorts, type TestPorts } from './ports.ts';
import { createMemorySecrets, type MemorySecrets } from './secrets.ts';
import { createMemorySettings, type StoredSettings } from './settings.ts';

export interface RunningCore {
  core: Core;
  client: RouterClient<CoreRouter>;
  secrets: MemorySecrets;
  ports: Ports;
}

export interface Overrides extends Partial<Ports> {
  /** A folder of its own plays a machine whose kernel let go of the locks of dead processes. */
  runtime?: string;
  /** What policy fixes. */
  locked?: SettingsChange;
  /** Nothing is left of it at the end that could be stopped. */
  dies?: true;
}

/** Where the first run stands. */
export const setupOf = ({ core }: RunningCore) => core.state.get().setup;

/** One profile on one machine, a portal, and any number of client processes over both. */
export interface CoreRig {
  readonly portal: FakePortal;
  readonly clock: TestPorts['clock'];
  readonly opener: TestPorts['opener'];
  readonly log: TestPorts['log'];
  readonly hardware: TestPorts['hardware'];
  readonly paths: Awaited<ReturnType<typeof createTempPaths>>;
  /** What the keychain and the settings file hold, whatever process wrote it. */
  readonly entries: MemorySecrets['entries'];
  readonly stored: StoredSettings;
  /** Names of the entries that are a way in: tokens and keys of the portal. */
  tokenEntries(): string[];
  /** A process of the profile, started. */
  start(overrides?: Overrides): Promise<RunningCore>;
  /** Like `start`, and not started. */
  make(overrides?: Overrides): RunningCore;
  signIn(running: RunningCore, email?: string): Promise<void>;
  remove(): Promise<void>;
}

export const testEmail = 'lucia.ferrer@condor.example';

/** A program that asks for a license. */
export const testUse = {
  id: '0195b0a0-9000-7000-8000-000000000001',
  program: 'viga',
  version: '2026.1',
  since: '2026-03-02T08:00:00.000Z',
  state: 'waiting',
} as const;

export async function createCoreRig(): Promise<CoreRig> {
  const base = await createTestPorts();
  const portal = await createFakePortal(base.clock);
  const stored: StoredSettings = { value: {} };
  const { entries } = base.secrets;
  const running: Core[] = [];

  function make(overrides: Overrides = {}): RunningCore {
    const { runtime, locked, dies, ...replaced } = overrides;
    const secrets = createMemorySecrets({ entries });
    const ports: Ports = {
      ...base,
      secrets,
      settings: createMemorySettings({ stored, ...(locked === undefined ? {} : { locked }) }),
      http: portal.http,
      rootKeys: portal.trust.rootKeys,
      paths:
        runtime === undefined ? base.paths : { ...base.paths, runtime: join(base.paths.runtime, runtime) },
      ...replaced,
    };
    const core = createCore(ports);
    if (dies !== true) running.push(core);
    return { core, client: createRouterClient(core.router), secrets, ports };
  }

  return {
    portal,
    clock: base.clock,
    opener: base.opener,
    log: base.log,
    hardware: base.hardware,
    paths: base.paths,
    entries,
    stored,
    tokenEntries: () => [...entries.keys()].filter((name) => name !== 'device-key' && name !== 'clock-mac'),
    make,
    async start(overrides) {
      const made = make(overrides);
      await made.core.start();
      return made;
    },
    async signIn({ client, core }, email = testEmail) {
      if (core.state.get().setup.step !== 'sign-in') {
        await client.setup.chooseMode({ mode: 'cloud-signin' });
        if (core.state.get().setup.step === 'portal-address')
          await client.setup.setPortal({ address: portal.address });
      }
      await client.setup.signIn({ email, password: testPassword });
    },
    async remove() {
      await Promise.all(running.map((core) => core.stop()));
      await base.remove();
    },
  };
}
