import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { createMemorySecrets } from '../../../test/fakes/secrets.ts';

let rig: LicensingRig;
beforeEach(async () => {
  rig = await createLicensingRig();
});
afterEach(() => rig.remove());

const stored = () => readFile(join(rig.ports.paths.data, 'licenses', 'viga.json'), 'utf8');

/** A process that meets no keychain, as one that is run from afar. */
async function withoutKeychain(work: () => Promise<void>): Promise<void> {
  const { secrets } = rig.ports;
  await rig.licenses.stop();
  Object.assign(rig.ports, { secrets: createMemorySecrets({ backend: 'memory' }) });
  await rig.boot();
  await work();
  await rig.licenses.stop();
  Object.assign(rig.ports, { secrets });
  await rig.boot();
}

test('a process without the keychain takes nothing away from the machine, and says nothing of it', async () => {
  await rig.acquire(rig.use('viga'));
  const before = await stored();
  await withoutKeychain(async () => {
    expect(rig.licenses.status('viga')).toMatchObject({ permit: 'none' });
    expect(rig.parts.state.get().notices).toEqual([]);
    expect(await stored()).toBe(before);
  });
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
  expect(await rig.files()).toEqual(['viga.json']);
});

test('nor when it takes, renews and gives back a lease of its own', async () => {
  await rig.acquire(rig.use('viga'));
  const before = JSON.parse(await stored());
  await withoutKeychain(async () => {
    const use = rig.use('viga');
    expect(await rig.acquire(use)).toMatchObject({ permit: 'full' });
    await rig.pass(10 * 60_000);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'active' });
    expect(JSON.parse(await stored()).right).toEqual(before.right);
    await rig.licenses.release(use);
    await rig.licenses.giveBackAll();
    expect(JSON.parse(await stored()).right).toEqual(before.right);
  });
  expect(rig.licenses.status('viga')).toMatchObject({ permit: 'full' });
});

test('secrets that are kept from now on keep the rights as well', async () => {
  await rig.licenses.stop();
  Object.assign(rig.ports, { secrets: createMemorySecrets({ backend: 'memory' }) });
  await rig.boot();
  await rig.acquire(rig.use('viga'));
  expect(await rig.record('viga')).toBeNull();
  Object.assign(rig.ports.secrets, { backend: 'file' });
  await rig.pass(10 * 60_000);
  expect(await rig.record('viga')).toMatchObject({ right: { kind: 'lease' } });
  await rig.licenses.stop();
  await rig.boot();
  expect(rig.licenses.status('viga')).toMatchObject({ permit: 'full' });
});
