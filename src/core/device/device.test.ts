import { createPublicKey, randomBytes, verify } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFixedHardware, testComponents } from '../../../test/fakes/hardware.ts';
import { createTempPaths } from '../../../test/fakes/paths.ts';
import { createMemorySecrets } from '../../../test/fakes/secrets.ts';
import { deviceSchema } from '../../contract/primitives.ts';
import { createProcessLock } from '../lock/process-lock.ts';
import { createDevice } from './device.ts';

let paths: Awaited<ReturnType<typeof createTempPaths>>;
beforeEach(async () => {
  paths = await createTempPaths();
});
afterEach(() => paths.remove());

function make(secrets = createMemorySecrets(), hardware = createFixedHardware()) {
  return createDevice({ secrets, hardware, lock: createProcessLock(paths.runtime), data: paths.data });
}

describe('device', () => {
  test('makes one key, keeps it, and signs with it', async () => {
    const secrets = createMemorySecrets();
    const device = make(secrets);
    await device.load();
    const data = randomBytes(32);
    const signature = await device.sign(data);
    expect(verify(null, data, createPublicKey({ key: device.publicKey, format: 'jwk' }), signature)).toBe(
      true,
    );
    expect(device.thumbprint).toBe(await calculateJwkThumbprint(device.publicKey));
    const again = make(secrets);
    await again.load();
    expect(again.thumbprint).toBe(device.thumbprint);
    expect(secrets.operations.filter((operation) => operation.kind === 'set')).toHaveLength(1);
  });

  test('two processes starting at once end with the same key', async () => {
    const secrets = createMemorySecrets();
    const devices = Array.from({ length: 5 }, () => make(secrets));
    await Promise.all(devices.map((device) => device.load()));
    expect(new Set(devices.map((device) => device.thumbprint)).size).toBe(1);
  });

  test('a locked keychain is said, and the key is there once it is unlocked', async () => {
    const secrets = createMemorySecrets();
    const device = make(secrets);
    secrets.fault = 'keychain-locked';
    await expect(device.load()).rejects.toMatchObject({ code: 'keychain-locked' });
    expect(() => device.publicKey).toThrowError(expect.objectContaining({ code: 'keychain-unavailable' }));
    secrets.fault = null;
    await device.load();
    expect(device.thumbprint).toHaveLength(43);
  });

  test('an entry that is not a key is refused and stays', async () => {
    const secrets = createMemorySecrets();
    secrets.entries.set('device-key', 'bm90IGEga2V5');
    const device = make(secrets);
    await expect(device.load()).rejects.toMatchObject({ code: 'device-key-damaged' });
    expect(secrets.entries.get('device-key')).toBe('bm90IGEga2V5');
  });

  test('a damaged key is replaced when it is asked for, and kept aside; a good one never', async () => {
    const secrets = createMemorySecrets();
    secrets.entries.set('device-key', 'bm90IGEga2V5');
    const device = make(secrets);
    expect(await device.replaceDamaged()).toBe(true);
    await device.load();
    expect(device.thumbprint).toHaveLength(43);
    expect(secrets.entries.get('device-key-damaged')).toBe('bm90IGEga2V5');
    const key = secrets.entries.get('device-key');
    expect(await make(secrets).replaceDamaged()).toBe(false);
    expect(secrets.entries.get('device-key')).toBe(key);
  });

  test('describes itself by salted hashes that never hold an identifier', async () => {
    const device = make();
    const own = await device.describe();
    expect(deviceSchema.parse(own.device)).toEqual(own.device);
    expect(own.device.components).toEqual(own.components);
    expect(Object.keys(own.components).sort()).toEqual(Object.keys(testComponents).sort());
    const text = JSON.stringify(own);
    for (const raw of Object.values(testComponents)) expect(text).not.toContain(raw);
    expect((await device.describe()).salt).toBe(own.salt);
    const other = await device.describe(randomBytes(16).toString('base64url'));
    expect(other.components.machine).not.toBe(own.components.machine);
  });

  test('a component that cannot be read is absent', async () => {
    const { machine, cpu } = testComponents;
    const device = make(undefined, createFixedHardware({ machine: machine ?? '', cpu: cpu ?? '' }));
    expect(Object.keys((await device.describe()).components).sort()).toEqual(['cpu', 'machine']);
  });
});
