import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type CoreRig, createCoreRig, type RunningCore } from '../../test/fakes/core-rig.ts';
import { testLicenseKey } from '../../test/fakes/portal-router.ts';
import { createMemorySecrets, type MemorySecrets } from '../../test/fakes/secrets.ts';
import { AldabaError } from '../contract/errors.ts';
import type { SettingsChange } from '../contract/settings.ts';
import { openSecrets } from './adapters/open-secrets.ts';
import { createProcessLock } from './lock/process-lock.ts';

let rig: CoreRig;
let keychain: MemorySecrets;
let hasKeychain: boolean;
beforeEach(async () => {
  rig = await createCoreRig();
  keychain = createMemorySecrets();
  hasKeychain = false;
});
afterEach(() => rig.remove());

const folder = () => join(rig.paths.data, 'secrets');
const onDisk = () => readdir(folder()).catch(() => []);
const backendOf = ({ core }: RunningCore) => core.state.get().keychain;

/** A process of the profile on a machine whose keychain is there or not. */
async function start(locked: SettingsChange = {}): Promise<RunningCore> {
  const probe = async () => {
    if (!hasKeychain) throw new AldabaError('keychain-unavailable', 'no Secret Service');
  };
  const secrets = await openSecrets({
    profile: rig.paths.root,
    folder: folder(),
    onDisk: rig.stored.value.secretsOnDisk ?? false,
    platform: 'linux',
    environment: {},
    lock: createProcessLock(rig.paths.runtime),
    log: rig.log,
    keychain: { ...keychain, probe, holdsKey: async () => hasKeychain && keychain.entries.has('device-key') },
  });
  return rig.start({ secrets, locked });
}

test('kept on disk from the switch on: the session of this process is there at the next start', async () => {
  const first = await start();
  await rig.signIn(first);
  expect(backendOf(first)).toEqual({ backend: 'memory', state: 'unavailable' });
  const { thumbprint } = first.core.state.get().device;
  await first.client.settings.update({ secretsOnDisk: true });
  expect(backendOf(first)).toEqual({ backend: 'file', state: 'ok' });
  await first.core.stop();
  const again = await start();
  expect(again.core.session.hasIdentity()).toBe(true);
  expect(again.core.state.get().device.thumbprint).toBe(thumbprint);
  await again.client.people.listRoles();
});

test('switched off: nothing is left on disk, and this process goes on', async () => {
  const first = await start();
  await first.client.settings.update({ secretsOnDisk: true });
  await rig.signIn(first);
  expect(await onDisk()).toContain('refresh-token');
  await first.client.settings.update({ secretsOnDisk: false });
  expect(await onDisk()).toEqual([]);
  expect(backendOf(first)).toEqual({ backend: 'memory', state: 'unavailable' });
  rig.portal.expireAccess();
  await first.client.people.listRoles();
  expect(await onDisk()).toEqual([]);
  await first.core.stop();
  expect((await start()).core.session.hasIdentity()).toBe(false);
});

test('switched off where there is a keychain by now: that keeps them', async () => {
  const first = await start();
  await first.client.settings.update({ secretsOnDisk: true });
  await rig.signIn(first);
  hasKeychain = true;
  await first.client.settings.update({ secretsOnDisk: false });
  expect(await onDisk()).toEqual([]);
  expect(backendOf(first)).toEqual({ backend: 'secret-service', state: 'ok' });
  await first.core.stop();
  const again = await start();
  expect(again.core.session.hasIdentity()).toBe(true);
  await again.client.people.listRoles();
});

test('a keychain that refuses leaves them, and the setting, where they are', async () => {
  const first = await start();
  await first.client.settings.update({ secretsOnDisk: true });
  await rig.signIn(first);
  hasKeychain = true;
  keychain.fault = 'keychain-locked';
  await expect(first.client.settings.update({ secretsOnDisk: false })).rejects.toMatchObject({
    code: 'keychain-locked',
  });
  expect(first.core.state.get().settings.secretsOnDisk).toBe(true);
  expect(await onDisk()).toContain('refresh-token');
});

test('where a keychain keeps them the choice changes nothing', async () => {
  hasKeychain = true;
  const first = await start();
  await rig.signIn(first);
  await first.client.settings.update({ secretsOnDisk: true });
  expect(backendOf(first).backend).toBe('secret-service');
  expect(await onDisk()).toEqual([]);
});

describe('switched off where memory is the only other place', () => {
  const file = { backend: 'file', state: 'ok' };

  test('a license that is bound to the key keeps it on disk', async () => {
    const first = await start();
    await first.client.settings.update({ secretsOnDisk: true });
    await first.client.setup.chooseMode({ mode: 'standalone' });
    await first.client.setup.setPortal({ address: rig.portal.address });
    await first.client.setup.activate({ key: testLicenseKey });
    const before = await onDisk();
    await expect(first.client.settings.update({ secretsOnDisk: false })).rejects.toMatchObject({
      code: 'keychain-unavailable',
    });
    expect(first.core.state.get().settings.secretsOnDisk).toBe(true);
    expect(backendOf(first)).toEqual(file);
    expect(await onDisk()).toEqual(before);
    hasKeychain = true;
    await first.client.settings.update({ secretsOnDisk: false });
    expect(await onDisk()).toEqual([]);
    expect(first.core.state.get().licenses).toMatchObject([{ permit: 'full' }]);
  });

  test('no longer fixed: they are read on and shown, and a sign-out leaves none of them', async () => {
    rig.stored.value.secretsOnDisk = true;
    await rig.signIn(await start());
    rig.stored.value.secretsOnDisk = false;
    const again = await start();
    expect(backendOf(again)).toEqual(file);
    expect(again.core.session.hasIdentity()).toBe(true);
    await again.client.session.signOut();
    expect(await onDisk()).not.toContain('refresh-token');
    expect(rig.portal.liveSessions()).toEqual([]);
  });
});

test('no longer fixed, with a keychain by now: that keeps them', async () => {
  rig.stored.value.secretsOnDisk = true;
  const first = await start();
  await rig.signIn(first);
  await first.core.stop();
  rig.stored.value.secretsOnDisk = false;
  hasKeychain = true;
  const again = await start();
  expect(backendOf(again)).toEqual({ backend: 'secret-service', state: 'ok' });
  expect(again.core.session.hasIdentity()).toBe(true);
  expect(await onDisk()).toEqual([]);
  await again.client.people.listRoles();
});

test('fixed by policy, nothing is moved', async () => {
  rig.stored.value.secretsOnDisk = true;
  const first = await start({ secretsOnDisk: true });
  await rig.signIn(first);
  const before = await onDisk();
  await expect(first.client.settings.update({ secretsOnDisk: false })).rejects.toMatchObject({
    code: 'policy-locked',
  });
  expect(await onDisk()).toEqual(before);
  expect(before).toContain('refresh-token');
});
