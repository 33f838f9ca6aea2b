import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createMemoryLog } from '../../../test/fakes/log.ts';
import { createMemorySecrets, type MemorySecrets } from '../../../test/fakes/secrets.ts';
import { AldabaError, type ErrorCode } from '../../contract/errors.ts';
import { createProcessLock } from '../lock/process-lock.ts';
import { createFileSecrets } from './file-secrets.ts';
import { openSecrets } from './open-secrets.ts';

let root: string;
let keychain: MemorySecrets;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'aldaba-secrets-'));
  keychain = createMemorySecrets();
});
afterEach(() => rm(root, { recursive: true, force: true }));

const folder = () => join(root, 'secrets');
const onDisk = () => readdir(folder()).catch(() => []);

/** @param fault what the keychain answers to everything for now */
function open(options: { onDisk: boolean; fault?: ErrorCode }) {
  keychain.fault = options.fault ?? null;
  return openSecrets({
    profile: root,
    folder: folder(),
    onDisk: options.onDisk,
    platform: 'linux',
    environment: {},
    lock: createProcessLock(join(root, 'locks')),
    log: createMemoryLog(),
    keychain: Object.assign(keychain, {
      probe: async () => {
        if (keychain.fault !== null) throw new AldabaError(keychain.fault, 'fault set by the test');
      },
      holdsKey: async () => keychain.fault === null && keychain.entries.has('device-key'),
    }),
  });
}

async function filesHold(): Promise<void> {
  const files = createFileSecrets(folder());
  await files.set('device-key', 'clave de los archivos');
  await files.set('refresh-token', 'uno');
}

test('files in use do not beat a keychain that holds a device key: its owner stays the owner', async () => {
  await filesHold();
  keychain.entries.set('device-key', 'clave del llavero');
  const secrets = await open({ onDisk: true });
  expect(secrets.backend).toBe('secret-service');
  expect(await secrets.get('device-key')).toBe('clave del llavero');
  expect((await onDisk()).sort()).toEqual(['device-key', 'refresh-token']);
});

test('a keychain that appeared later and holds none leaves them the place', async () => {
  await filesHold();
  const secrets = await open({ onDisk: true });
  expect(secrets.backend).toBe('file');
  expect(keychain.entries.size).toBe(0);
});

test('no longer wanted on disk: they move into the keychain, and nothing is left there', async () => {
  await filesHold();
  const secrets = await open({ onDisk: false });
  expect(secrets.backend).toBe('secret-service');
  expect(await secrets.get('refresh-token')).toBe('uno');
  expect(keychain.entries.get('device-key')).toBe('clave de los archivos');
  expect(await onDisk()).toEqual([]);
});

test('two processes that start together take them over once', async () => {
  await filesHold();
  const [one, two] = [await open({ onDisk: false }), await open({ onDisk: false })];
  const [key, token] = await Promise.all([one.get('device-key'), two.get('refresh-token')]);
  expect([key, token]).toEqual(['clave de los archivos', 'uno']);
  expect(keychain.operations.filter(({ kind }) => kind === 'set')).toHaveLength(2);
});

test('no longer wanted on disk, with a keychain that is locked: they stay until it opens, then move', async () => {
  await filesHold();
  const secrets = await open({ onDisk: false, fault: 'keychain-locked' });
  expect(secrets.backend).toBe('secret-service');
  await expect(secrets.get('device-key')).rejects.toMatchObject({ code: 'keychain-locked' });
  expect(await onDisk()).toHaveLength(2);
  keychain.fault = null;
  expect(await secrets.get('device-key')).toBe('clave de los archivos');
  expect(await onDisk()).toEqual([]);
});

test('a keychain that keeps less than it took leaves the files as they are', async () => {
  await filesHold();
  const secrets = await open({ onDisk: false });
  keychain.after = ({ kind, name }) => {
    if (kind === 'set') keychain.entries.delete(name);
  };
  await expect(secrets.get('device-key')).rejects.toMatchObject({ code: 'keychain-denied' });
  expect(await onDisk()).toHaveLength(2);
});

test('no longer wanted on disk, where there is no keychain: they are read on', async () => {
  await filesHold();
  const secrets = await open({ onDisk: false, fault: 'keychain-unavailable' });
  expect(secrets.backend).toBe('file');
  expect(await secrets.get('refresh-token')).toBe('uno');
  await secrets.delete('refresh-token');
  expect(await onDisk()).toEqual(['device-key']);
});

test('switched off with a keychain that holds another device key: neither is touched', async () => {
  await filesHold();
  const secrets = await open({ onDisk: true, fault: 'keychain-unavailable' });
  keychain.entries.set('device-key', 'clave del llavero');
  keychain.fault = null;
  await expect(secrets.keepOnDisk(false)).rejects.toMatchObject({ code: 'keychain-denied' });
  expect(keychain.entries.get('device-key')).toBe('clave del llavero');
  expect(await onDisk()).toHaveLength(2);
});
