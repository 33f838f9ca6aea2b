import { chmod, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemoryLog } from '../../../test/fakes/log.ts';
import { needs } from '../../../test/support/skip.ts';
import { createProcessLock } from '../lock/process-lock.ts';
import type { Secrets } from '../ports/secrets.ts';
import { createFileSecrets } from './file-secrets.ts';
import { keychainFault } from './keychain-fault.ts';
import { createMemorySecrets } from './memory-secrets.ts';
import { keychainService, openSecrets } from './open-secrets.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aldaba-secrets-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

describe.each([
  ['memory', () => createMemorySecrets()],
  ['file', () => createFileSecrets(join(root, 'secrets'))],
] as [string, () => Secrets][])('secrets in %s', (backend, make) => {
  test('keep, replace and forget, each by itself', async () => {
    const secrets = make();
    expect(secrets.backend).toBe(backend);
    expect(await secrets.get('refresh-token')).toBeNull();
    await secrets.set('refresh-token', 'uno');
    await secrets.set('device-key', 'clave ñ');
    await secrets.set('refresh-token', 'dos');
    expect(await secrets.get('refresh-token')).toBe('dos');
    await secrets.delete('refresh-token');
    await secrets.delete('refresh-token');
    expect(await secrets.get('refresh-token')).toBeNull();
    expect(await secrets.get('device-key')).toBe('clave ñ');
  });
});

describe('secrets in files', () => {
  test('are readable by the person alone, and refused when they are not', async (context) => {
    needs(context, process.platform !== 'win32', 'Windows has no file modes');
    const secrets = createFileSecrets(join(root, 'secrets'));
    await secrets.set('refresh-token', 'uno');
    expect((await stat(join(root, 'secrets'))).mode & 0o777).toBe(0o700);
    const path = join(root, 'secrets', 'refresh-token');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(await readdir(join(root, 'secrets'))).toEqual(['refresh-token']);
    await chmod(path, 0o644);
    await expect(secrets.get('refresh-token')).rejects.toMatchObject({ code: 'keychain-denied' });
    expect((await stat(path)).size).toBe(3);
  });
});

describe('where secrets go', () => {
  test('each profile has entries of its own, the usual one always the same', () => {
    expect(keychainService(null)).toBe('aldaba');
    expect(keychainService('/tmp/a')).toMatch(/^aldaba-[0-9a-f]{16}$/);
    expect(keychainService('/tmp/a')).not.toBe(keychainService('/tmp/b'));
  });

  test('what a process that died left half-written is removed at the start, what is being written is not', async () => {
    const folder = join(root, 'secrets');
    await createFileSecrets(folder).set('device-key', 'clave');
    for (const name of ['refresh-token.1.tmp', 'refresh-token.2.tmp'])
      await writeFile(join(folder, name), 'secreto');
    await utimes(join(folder, 'refresh-token.1.tmp'), 0, 0);
    const options = {
      profile: root,
      folder,
      onDisk: true,
      platform: process.platform,
      environment: {},
      lock: createProcessLock(root),
      log: createMemoryLog(),
    };
    await openSecrets(options);
    expect((await readdir(folder)).sort()).toEqual(['device-key', 'refresh-token.2.tmp']);
  });

  test('files that were chosen and are in use stay the place, whatever keychain there is', async () => {
    const folder = join(root, 'secrets');
    await createFileSecrets(folder).set('device-key', 'clave');
    const log = createMemoryLog();
    const opened = await openSecrets({
      profile: root,
      folder,
      onDisk: true,
      platform: process.platform,
      environment: {},
      lock: createProcessLock(root),
      log,
    });
    expect(opened.backend).toBe('file');
    expect(await opened.get('device-key')).toBe('clave');
  });

  test.each([
    ["Couldn't access platform storage: Secret Service: unlock prompt was dismissed", 'keychain-locked'],
    ['Platform failure: User interaction is not allowed.', 'keychain-locked'],
    ['Platform failure: The user name or passphrase you entered is not correct. (-25293)', 'keychain-denied'],
    ['Access is denied. (os error 5)', 'keychain-denied'],
    ["Couldn't access platform storage: Secret Service: no result found", 'keychain-unavailable'],
    [
      'Platform failure: DBus error: Using X11 for dbus-daemon autolaunch was disabled',
      'keychain-unavailable',
    ],
    ['The name org.freedesktop.secrets was not provided by any .service files', 'keychain-unavailable'],
  ])('%s', (message, code) => {
    expect(keychainFault(new Error(message)).code).toBe(code);
  });
});
