import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createRouterClient } from '@orpc/server';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createUndiciHttp } from '../../src/core/adapters/undici-http.ts';
import { createCore } from '../../src/core/create-core.ts';
import { account } from '../../src/portal/db/schema.ts';
import {
  demonstration,
  demonstrationAdministrator,
  demonstrationKeys,
} from '../../src/portal/demonstration/access.ts';
import { seedDemonstration } from '../../src/portal/demonstration.ts';
import { endSessions } from '../../src/portal/services/end-sessions.ts';
import { createStandaloneKey } from '../../src/portal/services/keys.ts';
import { createFixedClock, type FixedClock } from '../fakes/clock.ts';
import { testComponents } from '../fakes/hardware.ts';
import { createTestPorts, type TestPorts } from '../fakes/ports.ts';
import { createMemorySecrets } from '../fakes/secrets.ts';
import { createMemorySettings, type StoredSettings } from '../fakes/settings.ts';
import { startTestPortal, type TestPortal } from '../portal/support.ts';

/** The client's core and the portal as they are, with HTTP between them. */
describe('client and portal together', () => {
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
  }, 60_000);
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

  /** Both clocks. */
  async function pass(ms: number): Promise<void> {
    portal.clock.advance(ms);
    await clock.advance(ms);
  }

  /** Viga on one device. */
  async function oneDeviceKey(): Promise<string> {
    return portal.services.database.asService(async (tx) => {
      const [company] = await tx
        .select({ id: account.id })
        .from(account)
        .where(eq(account.name, demonstration.company));
      const given = { accountId: company?.id ?? '', product: 'viga', deviceLimit: 1 };
      return (await createStandaloneKey(tx, given, portal.clock.now())).key;
    });
  }

  /** The license of `key` on a device of its own. */
  async function activated(key: string) {
    const before = ports;
    stops.push(() => before.remove());
    ports = await createTestPorts({ clock });
    stored = { value: {} };
    const running = await start();
    await running.client.setup.chooseMode({ mode: 'standalone' });
    await running.client.setup.setPortal({ address: portal.url });
    await running.client.setup.activate({ key });
    return running;
  }

  async function start() {
    const http = createUndiciHttp({ network: () => ({ proxy: null, extraCaFile: null }) });
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
  }

  async function signIn(email: string) {
    const running = await start();
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    await running.client.setup.setPortal({ address: portal.url });
    await running.client.setup.signIn({ email, password: demonstration.password });
    return running;
  }

  test('A3, A17, A20: sign in once; the next start is silent, over many rotations', async () => {
    const first = await signIn(demonstrationAdministrator.email);
    expect(first.core.state.get()).toMatchObject({
      setup: { step: 'done' },
      profile: { membership: { account: { name: demonstration.company } } },
      connection: { state: 'online' },
    });
    for (let round = 0; round < 4; round++) {
      await pass(11 * 60_000);
      expect((await first.client.people.listPools()).pools.length).toBeGreaterThan(0);
    }
    await first.core.stop();
    await pass(3 * 86_400_000);
    const { core, client } = await start();
    expect(core.session.hasIdentity()).toBe(true);
    const { contacts, total } = await client.people.listContacts({ limit: 5 });
    expect(contacts).toHaveLength(5);
    expect(total).toBeGreaterThan(20);
    expect(await client.session.list()).toMatchObject({
      sessions: [{ current: true, deviceName: 'puesto-07' }],
    });
    await client.session.signOut();
    await expect(client.people.listContacts({})).rejects.toMatchObject({ code: 'not-signed-in' });
  });

  test('C10: the person of two companies chooses, and changes over', async () => {
    const { core, client } = await signIn(demonstration.engineerOfTwoCompanies);
    const { setup } = core.state.get();
    if (setup.step !== 'choose-account') throw new Error(`at ${setup.step}`);
    const [one, other] = setup.accounts.map(({ account }) => account);
    await client.setup.chooseAccount({ accountId: one?.id ?? '' });
    expect(core.session.profile?.membership.account).toEqual(one);
    await client.session.switchAccount({ accountId: other?.id ?? '' });
    expect(core.session.profile?.membership.account).toEqual(other);
    await pass(11 * 60_000);
    await client.session.list();
    expect(core.session.profile?.membership.account, 'kept over a rotation').toEqual(other);
  });

  test('a wrong password, and a session that an administrator ends', async () => {
    const running = await start();
    await running.client.setup.chooseMode({ mode: 'cloud-signin' });
    await running.client.setup.setPortal({ address: portal.url });
    const wrong = running.client.setup.signIn({
      email: demonstration.licenseManager,
      password: 'no es esta palabra',
    });
    await expect(wrong).rejects.toMatchObject({ code: 'invalid-credentials' });
    await running.client.setup.signIn({
      email: demonstration.licenseManager,
      password: demonstration.password,
    });
    const { sessions } = await running.client.session.list();
    const second = await start();
    await second.client.session.end({ id: sessions[0]?.id ?? '' });
    await expect(running.client.people.listRoles()).rejects.toMatchObject({ code: 'session-ended' });
    await expect
      .poll(() => running.core.state.get())
      .toMatchObject({
        setup: { step: 'sign-in', email: demonstration.licenseManager },
        notices: [{ code: 'session-ended' }],
      });
  });

  test.each([
    ['password-set', 'full'],
    ['suspended', 'read-only'],
  ] as const)(
    'a session that ends under a program that runs (%s): %s until the person signs in again',
    async (reason, permit) => {
      const { core, client } = await signIn(demonstrationAdministrator.email);
      const use = {
        id: randomUUID(),
        program: 'viga',
        version: '2026.1',
        since: new Date(clock.now()).toISOString(),
        state: 'waiting' as const,
        features: [],
        interactive: false,
      };
      expect(await core.licenses.acquire(use, new AbortController().signal)).toMatchObject({
        permit: 'full',
      });
      const sessionId = core.session.profile?.sessionId ?? '';
      await portal.services.database.asService((tx) =>
        endSessions(tx, { sessionId }, reason, portal.clock.now()),
      );
      await expect(client.people.listRoles()).rejects.toMatchObject({ code: 'session-ended' });
      await expect.poll(() => core.licenses.status('viga').permit).toBe(permit);
      expect(core.state.get().setup).toMatchObject({
        step: 'sign-in',
        email: demonstrationAdministrator.email,
      });
      await pass(2 * 60_000);
      await client.setup.signIn({
        email: demonstrationAdministrator.email,
        password: demonstration.password,
      });
      await expect
        .poll(() => core.licenses.status('viga'))
        .toMatchObject({ state: 'active', permit: 'full' });
      await core.licenses.release({ ...use });
    },
  );

  test('an answer that gets lost while rotating is asked for again, and the session goes on', async () => {
    const { core, client } = await signIn(demonstrationAdministrator.email);
    await pass(11 * 60_000);
    ports.secrets.before = null;
    const http = createUndiciHttp({ network: () => ({ proxy: null, extraCaFile: null }) });
    let lost = 0;
    const flaky = createCore({
      ...ports,
      secrets: createMemorySecrets({ entries: ports.secrets.entries }),
      settings: createMemorySettings({ stored }),
      http: {
        async fetch(request) {
          const response = await http.fetch(request);
          if (!request.url.endsWith('/refresh') || lost++ > 0) return response;
          throw new TypeError('terminated');
        },
        close: () => http.close(),
      },
    });
    stops.push(async () => {
      await flaky.stop();
      await http.close();
    });
    await flaky.start();
    await expect(flaky.session.renew()).rejects.toMatchObject({ code: 'portal-truncated' });
    // Long after the 20 s in which the portal would forgive another token.
    await pass(120_000);
    await flaky.session.renew();
    expect(lost).toBeGreaterThan(1);
    await client.people.listRoles();
    expect(core.session.hasIdentity()).toBe(true);
  });

  test('A16: programs are listed, downloaded, verified and opened', async () => {
    const { core, client } = await signIn(demonstration.engineer);
    const { releases } = await client.programs.list();
    const release = releases[0];
    if (release === undefined) throw new Error('the demonstration has no releases');
    await client.programs.download({ releaseId: release.id });
    await expect.poll(() => core.state.get().downloads[0]?.state, { timeout: 10_000 }).toBe('ready');
    const { path } = core.state.get().downloads[0] ?? {};
    const sha256 = createHash('sha256')
      .update(await readFile(path ?? ''))
      .digest('hex');
    expect(sha256).toBe(release.sha256);
    await client.programs.open({ releaseId: release.id });
    expect(ports.opener.files).toEqual([path]);
  });

  test('A19: a cloud key, and a license that activates this device', async () => {
    const { core, client } = await start();
    await client.setup.chooseMode({ mode: 'cloud-key' });
    await client.setup.setPortal({ address: portal.url });
    await expect(client.setup.enterKey({ key: 'AAAAA-BBBBB-CCCCC-DDDDD-EEEEE' })).rejects.toMatchObject({
      code: 'key-invalid',
    });
    await client.setup.enterKey({ key: demonstrationKeys.cloud });
    expect(core.state.get().setup).toMatchObject({ step: 'done', mode: 'cloud-key' });
    await client.programs.list();
    await client.setup.back();
    await client.setup.chooseMode({ mode: 'standalone' });
    await client.setup.activate({ key: demonstrationKeys.standalone });
    expect(core.state.get()).toMatchObject({
      setup: { step: 'done', mode: 'standalone' },
      licenses: [{ product: 'viga', permit: 'full', kind: 'license' }],
    });
    expect([...ports.secrets.entries.keys()]).not.toContain('cloud-key');
  });

  test('a license that was given back leaves its place to another device', async () => {
    const key = await oneDeviceKey();
    const first = await activated(key);
    await expect(activated(key)).rejects.toMatchObject({ code: 'key-exhausted' });
    const { product } = first.core.state.get().licenses?.[0] ?? {};
    expect(await first.client.licenses.giveBack({ product: product ?? '' })).toMatchObject({ told: true });
    await activated(key);
  });

  test('a computer whose parts changed is registered again with the key, and takes no second place', async () => {
    const key = await oneDeviceKey();
    const { core } = await activated(key);
    ports.hardware.components = { ...testComponents, smbios: 'x', board: 'x', network: 'x', cpu: 'x' };
    await core.stop();
    const again = await start();
    await expect.poll(() => again.core.state.get().device.match).toBe('drift');
    await expect(again.client.licenses.registerAgain({ key: demonstrationKeys.cloud })).rejects.toMatchObject(
      { code: 'key-invalid' },
    );
    expect(again.core.state.get().device.match).toBe('drift');
    await again.client.licenses.registerAgain({ key });
    expect(again.core.state.get()).toMatchObject({
      device: { match: 'match', score: 100 },
      licenses: [{ product: 'viga', state: 'active', permit: 'full' }],
    });
    await expect(activated(key)).rejects.toMatchObject({ code: 'key-exhausted' });
  });
});
