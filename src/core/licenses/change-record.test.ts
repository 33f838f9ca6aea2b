import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { createMemorySecrets } from '../../../test/fakes/secrets.ts';
import { createStandaloneRig, type StandaloneRig } from '../../../test/fakes/standalone-rig.ts';

let rig: LicensingRig;
beforeEach(async () => {
  rig = await createLicensingRig();
});
afterEach(() => rig.remove());

const stored = () => readFile(join(rig.ports.paths.data, 'licenses', 'viga.json'), 'utf8');

/** Another process of the profile, which finds its secrets elsewhere, and then the first one's next start. */
async function meanwhile(
  profile: Pick<LicensingRig, 'ports' | 'licenses' | 'boot'>,
  backend: 'memory' | 'file',
  work: () => Promise<void>,
): Promise<void> {
  const { secrets } = profile.ports;
  await profile.licenses.stop();
  Object.assign(profile.ports, { secrets: createMemorySecrets({ backend }) });
  await profile.boot();
  await work();
  await profile.licenses.stop();
  Object.assign(profile.ports, { secrets });
  await profile.boot();
}

/** It meets no keychain, as one that is run from afar. */
const withoutKeychain = (work: () => Promise<void>) => meanwhile(rig, 'memory', work);

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

test('nor of what the portal must still hear of the machine’s own', async () => {
  await rig.acquire(rig.use('viga'));
  const file = join(rig.ports.paths.data, 'licenses', 'viga.json');
  const releases = [{ leaseId: '0195b0a0-0000-7000-8000-000000000003', until: '2026-12-01T00:00:00.000Z' }];
  await writeFile(file, JSON.stringify({ ...JSON.parse(await stored()), releases }));
  await withoutKeychain(async () => {
    await rig.pass(60_000);
    rig.session.emit('signed-out');
    await rig.acquire(rig.use('viga'));
    await rig.licenses.giveBackAll();
    expect(JSON.parse(await stored())).toMatchObject({ releases });
  });
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

describe('a process with its secrets elsewhere', () => {
  let desktop: StandaloneRig;
  beforeEach(async () => {
    desktop = await createStandaloneRig();
  });
  afterEach(() => desktop.remove());

  const asides = async () => (await desktop.files()).filter((name) => name.includes('.corrupt-'));

  /** As `--set secretsOnDisk=true` where the keychain does not open: the next process finds another device key. */
  const elsewhere = (work: () => Promise<void>) => meanwhile(desktop, 'file', work);

  test('leaves the license of the other key where it is, and names it', async () => {
    await desktop.licenses.installLicense(await desktop.license());
    const before = await desktop.record('viga');
    await elsewhere(async () => {
      expect(desktop.licenses.status('viga')).toMatchObject({ permit: 'none' });
      expect(desktop.parts.state.get().notices).toMatchObject([{ code: 'file-wrong-device' }]);
      desktop.session.emit('ready');
      await desktop.pass(10 * 60_000);
      expect(await desktop.record('viga')).toEqual(before);
    });
    expect(desktop.licenses.status('viga')).toMatchObject({ permit: 'full' });
    expect(desktop.parts.state.get().notices).toEqual([]);
    expect(await desktop.files()).toEqual(['viga.json']);
  });

  test('takes the place of that license with one of its own: the file is copied aside first, and named', async () => {
    await desktop.licenses.installLicense(await desktop.license());
    const before = await desktop.record('viga');
    await elsewhere(async () => {
      await desktop.licenses.installLicense(await desktop.license());
      expect(desktop.licenses.status('viga')).toMatchObject({ permit: 'full' });
      const [aside = ''] = await asides();
      const kept = await readFile(join(desktop.ports.paths.data, 'licenses', aside), 'utf8');
      expect(JSON.parse(kept)).toEqual(before);
      expect(desktop.parts.state.get().notices).toMatchObject([
        { code: 'file-wrong-device', data: { file: expect.stringContaining(aside) } },
      ]);
    });
    expect(await asides()).toHaveLength(1);
  });
});
