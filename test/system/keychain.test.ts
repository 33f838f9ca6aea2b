import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFileSecrets } from '../../src/core/adapters/file-secrets.ts';
import { createKeychainSecrets } from '../../src/core/adapters/keychain-secrets.ts';
import { keychainService, openSecrets } from '../../src/core/adapters/open-secrets.ts';
import { createProcessLock } from '../../src/core/lock/process-lock.ts';
import type { SecretName } from '../../src/core/ports/secrets.ts';
import { createCoreRig } from '../fakes/core-rig.ts';
import { createMemoryLog } from '../fakes/log.ts';
import { secretServiceMissing } from '../support/secret-service.ts';
import { describeUnless, needs } from '../support/skip.ts';
import { withoutKeychain } from '../support/without-keychain.ts';

const run = promisify(execFile);

/** What another program sees of an entry; null when there is none. */
async function seenFromOutside(service: string, name: SecretName): Promise<string | null> {
  const { stdout } = await run('secret-tool', ['lookup', 'service', service, 'username', name]).catch(
    (error) => {
      if (error.code === 1) return { stdout: '' };
      throw error;
    },
  );
  return stdout === '' ? null : stdout;
}

async function isInstalled(program: string): Promise<boolean> {
  return run('sh', ['-c', `command -v ${program}`]).then(
    () => true,
    () => false,
  );
}

/** Locks the keyring that new entries go to, as a person or the screen saver does (Secret Service API 0.2, "Locking and Unlocking"). */
async function lockKeyring(): Promise<void> {
  const service = [
    '--session',
    '--dest',
    'org.freedesktop.secrets',
    '--object-path',
    '/org/freedesktop/secrets',
  ];
  const ask = (method: string, ...args: string[]) =>
    run('gdbus', ['call', ...service, '--method', `org.freedesktop.Secret.Service.${method}`, ...args]);
  const { stdout } = await ask('ReadAlias', 'default');
  const collection = /'([^']+)'/.exec(stdout)?.[1] ?? '/';
  await ask('Lock', `['${collection}']`);
}

describeUnless(secretServiceMissing(), 'secrets in a real Secret Service', () => {
  let profile: string;
  beforeEach(async () => {
    profile = await mkdtemp(join(tmpdir(), 'aldaba-keychain-'));
  });
  afterEach(() => rm(profile, { recursive: true, force: true }));

  const open = (onDisk = false) =>
    openSecrets({
      profile,
      folder: join(profile, 'secrets'),
      onDisk,
      platform: process.platform,
      environment: process.env,
      lock: createProcessLock(join(profile, 'locks')),
      log: createMemoryLog(),
    });

  test('are kept, replaced and forgotten, and each profile has its own', async () => {
    const secrets = await open();
    expect(secrets.backend).toBe('secret-service');
    expect(await secrets.get('refresh-token')).toBeNull();
    await secrets.set('refresh-token', 'uno');
    await secrets.set('refresh-token', 'dos, con ñ y "comillas"');
    await secrets.set('device-key', 'x'.repeat(2000));
    expect(await secrets.get('refresh-token')).toBe('dos, con ñ y "comillas"');
    const another = createKeychainSecrets(
      keychainService(join(profile, 'other')),
      process.platform,
      process.env,
    );
    expect(await another.get('refresh-token')).toBeNull();
    await secrets.delete('refresh-token');
    await secrets.delete('refresh-token');
    expect(await secrets.get('refresh-token')).toBeNull();
    expect((await open()).backend).toBe('secret-service');
    await secrets.delete('device-key');
  });

  test('take over what files hold that are no longer wanted, and stay the place against files that come later', async () => {
    const files = createFileSecrets(join(profile, 'secrets'));
    await files.set('device-key', 'clave');
    await files.set('refresh-token', 'uno');
    expect((await open(true)).backend).toBe('file');
    const secrets = await open();
    expect([await secrets.get('device-key'), await secrets.get('refresh-token')]).toEqual(['clave', 'uno']);
    expect(await readdir(join(profile, 'secrets'))).toEqual([]);
    await files.set('device-key', 'otra');
    const again = await open(true);
    expect([again.backend, await again.get('device-key')]).toEqual(['secret-service', 'clave']);
    for (const name of ['device-key', 'refresh-token'] as const) await again.delete(name);
  });

  test('another program finds the entry under the profile’s name', async (context) => {
    needs(context, await isInstalled('secret-tool'), 'secret-tool is not installed');
    const secrets = await open();
    await secrets.set('refresh-token', 'visto desde fuera');
    expect(await seenFromOutside(keychainService(profile), 'refresh-token')).toBe('visto desde fuera');
    await secrets.delete('refresh-token');
    expect(await seenFromOutside(keychainService(profile), 'refresh-token')).toBeNull();
  });

  test('A17, A20: a sign-in leaves its token there and nowhere else, and the next start finds it', async (context) => {
    needs(context, await isInstalled('secret-tool'), 'secret-tool is not installed');
    const rig = await createCoreRig();
    const secrets = await open();
    const running = await rig.start({ secrets });
    await rig.signIn(running);
    expect(running.core.state.get().keychain).toEqual({ backend: 'secret-service', state: 'ok' });
    const token = await seenFromOutside(keychainService(profile), 'refresh-token');
    expect(JSON.parse(token ?? '')).toMatchObject({ portal: rig.portal.address });
    expect(await seenFromOutside(keychainService(profile), 'refresh-token-next')).toBeNull();
    const again = await rig.start({ secrets: await open() });
    expect(again.core.session.hasIdentity()).toBe(true);
    await again.client.session.signOut();
    expect(await seenFromOutside(keychainService(profile), 'refresh-token')).toBeNull();
    await rig.remove();
    await secrets.delete('device-key');
  });

  test('locked by somebody: said as locked, nothing is lost, and nothing worse takes its place', async (context) => {
    needs(context, await isInstalled('gdbus'), 'gdbus is not installed');
    const secrets = await open();
    await secrets.set('refresh-token', 'uno');
    await lockKeyring();
    await expect(secrets.get('refresh-token')).rejects.toMatchObject({ code: 'keychain-locked' });
    await expect(secrets.set('refresh-token', 'dos')).rejects.toMatchObject({ code: 'keychain-locked' });
    await expect(secrets.delete('refresh-token')).rejects.toMatchObject({ code: 'keychain-locked' });
    const rig = await createCoreRig();
    const opened = await open();
    expect(opened.backend).toBe('secret-service');
    const { core } = await rig.start({ secrets: opened });
    expect(core.state.get().keychain).toEqual({ backend: 'secret-service', state: 'locked' });
    await rig.remove();
    await unlock();
    // What the client still asked when it ended was asked of the daemon that is gone.
    const again = await open();
    expect(await again.get('refresh-token')).toBe('uno');
    await again.delete('refresh-token');
  });
});

/** A daemon in the place of the one that runs, with the keyring opened by the password that the runner made it with. */
async function unlock(): Promise<void> {
  const daemon = spawn('gnome-keyring-daemon', ['--replace', '--unlock', '--components=secrets'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  daemon.stdin.end('pw');
  await new Promise((resolve) => daemon.on('exit', resolve));
}

/** A process of its own: the bus is found once per process. */
async function backendUnder(
  environment: Record<string, string | undefined>,
  wrapper: string[] = [],
): Promise<string> {
  const module = new URL('../../src/core/adapters/open-secrets.ts', import.meta.url).href;
  const source = `
    const { openSecrets } = await import(${JSON.stringify(module)});
    const log = { debug() {}, info() {}, warn() {}, error() {} };
    const onDisk = process.env.ALDABA_TEST_ON_DISK === '1';
    const folder = process.env.ALDABA_TEST_FOLDER;
    const { platform, env: environment } = process;
    const secrets = await openSecrets({ profile: folder, folder, onDisk, platform, environment, log });
    await secrets.set('refresh-token', 'uno');
    console.log(secrets.backend, await secrets.get('refresh-token'));
  `;
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-no-keychain-'));
  const [file = process.execPath, ...before] = [...wrapper, process.execPath];
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    XDG_RUNTIME_DIR: folder,
    ALDABA_TEST_FOLDER: folder,
    ...environment,
  };
  const { stdout } = await run(file, [...before, '--input-type=module', '--eval', source], { env });
  await rm(folder, { recursive: true, force: true });
  return stdout.trim();
}

const onLinux = process.platform === 'linux' ? undefined : 'other systems always have their keychain';

describeUnless(onLinux, 'a machine without a keychain', () => {
  test('keeps secrets in memory, and in a file only when that was chosen', async () => {
    expect(await backendUnder({})).toBe('memory uno');
    expect(await backendUnder({ ALDABA_TEST_ON_DISK: '1' })).toBe('file uno');
  });

  test('a keyring that is there is out of reach of the processes of every other suite', async (context) => {
    const missing = secretServiceMissing();
    needs(context, missing === undefined, missing ?? '');
    const bus = { DBUS_SESSION_BUS_ADDRESS: process.env.DBUS_SESSION_BUS_ADDRESS ?? '' };
    expect(await backendUnder(bus)).toBe('secret-service uno');
    expect(await backendUnder({ ...bus, ...withoutKeychain })).toBe('memory uno');
  });

  test('a bus without any keyring is no keychain either', async (context) => {
    needs(context, await isInstalled('dbus-run-session'), 'dbus-run-session is not installed');
    expect(await backendUnder({}, ['dbus-run-session', '--'])).toContain('memory uno');
  });
});
