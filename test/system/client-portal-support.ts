import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest';
import { createUndiciHttp } from '../../src/core/adapters/undici-http.ts';
import { createCore } from '../../src/core/create-core.ts';
import type { Http } from '../../src/core/ports/http.ts';
import { account } from '../../src/portal/db/schema.ts';
import { demonstration } from '../../src/portal/demonstration/access.ts';
import { seedDemonstration } from '../../src/portal/demonstration.ts';
import { createStandaloneKey } from '../../src/portal/services/keys.ts';
import { createFixedClock, type FixedClock } from '../fakes/clock.ts';
import { createTestPorts, type TestPorts } from '../fakes/ports.ts';
import { createMemorySecrets } from '../fakes/secrets.ts';
import { createMemorySettings, type StoredSettings } from '../fakes/settings.ts';
import { startTestPortal, type TestPortal } from '../portal/support.ts';

/**
 * The client's core and the portal with its demonstration as they are, with HTTP between them: one portal for the tests of a file, one
 * device for each test.
 */
export function clientAndPortal() {
  let portal: TestPortal;
  let folder: string;
  let clock: FixedClock;
  let ports: TestPorts;
  let stored: StoredSettings;
  const stops: (() => Promise<void>)[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'aldaba-client-portal-'));
    portal = await startTestPortal({ logLevel: 'warn', settings: { releasesFolder: folder } });
    await seedDemonstration(portal.services);
  });
  afterAll(async () => {
    await portal.close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    clock = createFixedClock(portal.clock.now());
    ports = await createTestPorts({ clock });
    stored = { value: {} };
  });
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
    await ports.remove();
  });

  const rig = {
    get portal() {
      return portal;
    },
    get clock() {
      return clock;
    },
    /** Of the device that was last made. */
    get ports() {
      return ports;
    },
    http: () => createUndiciHttp({ network: () => ({ proxy: null, extraCaFile: null }) }),

    /** Both clocks. */
    async pass(ms: number): Promise<void> {
      portal.clock.advance(ms);
      await clock.advance(ms);
    },

    /** Viga on one device. */
    oneDeviceKey(): Promise<string> {
      return portal.services.database.asService(async (tx) => {
        const [company] = await tx
          .select({ id: account.id })
          .from(account)
          .where(eq(account.name, demonstration.company));
        const given = { accountId: company?.id ?? '', product: 'viga', deviceLimit: 1 };
        return (await createStandaloneKey(tx, given, portal.clock.now())).key;
      });
    },

    /** The license of `key` on a device of its own. */
    async activated(key: string) {
      const before = ports;
      stops.push(() => before.remove());
      ports = await createTestPorts({ clock });
      stored = { value: {} };
      const running = await rig.start();
      await running.client.setup.chooseMode({ mode: 'standalone' });
      await running.client.setup.setPortal({ address: portal.url });
      await running.client.setup.activate({ key });
      return running;
    },

    /** A client on the device, as it was left before. */
    async start(http: Http = rig.http()) {
      const core = createCore({
        ...ports,
        http,
        secrets: createMemorySecrets({ entries: ports.secrets.entries }),
        settings: createMemorySettings({ stored }),
        rootKeys: [portal.portal.rootKey],
      });
      stops.push(async () => {
        await core.stop();
        await http.close();
      });
      await core.start();
      return { core, client: createRouterClient(core.router) };
    },

    async signIn(email: string) {
      const running = await rig.start();
      await running.client.setup.chooseMode({ mode: 'cloud-signin' });
      await running.client.setup.setPortal({ address: portal.url });
      await running.client.setup.signIn({ email, password: demonstration.password });
      return running;
    },
  };
  return rig;
}
