import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { testComponents } from '../../../test/fakes/hardware.ts';
import { createStandaloneRig, type StandaloneRig } from '../../../test/fakes/standalone-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';

const day = 86_400_000;
let rig: StandaloneRig;
beforeEach(async () => {
  rig = await createStandaloneRig();
});
afterEach(() => rig.remove());

describe('the device', () => {
  test('drifts: works, says which part changed, 14 days for the rebind over restarts', async () => {
    await rig.licenses.installLicense(await rig.license());
    rig.ports.hardware.components = { ...testComponents, smbios: 'x', board: 'x', network: 'x', cpu: 'x' };
    await rig.boot();
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'device-drift', permit: 'full' }),
    );
    await becomes(() => expect(rig.parts.state.get().device.match).toBe('drift'));
    expect(rig.parts.state.get().device).toMatchObject({
      match: 'drift',
      score: 41,
      components: [
        { name: 'machine', change: 'same' },
        { name: 'smbios', change: 'changed' },
        { name: 'board', change: 'changed' },
        { name: 'disk', change: 'same' },
        { name: 'cpu', change: 'changed' },
        { name: 'network', change: 'changed' },
      ],
    });
    rig.ports.clock.jump(13 * day);
    await rig.boot();
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'device-drift', permit: 'full' }),
    );
    rig.ports.clock.jump(day);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'read-only', reason: 'device-drift' });
  });

  test('is another one: read-only', async () => {
    await rig.licenses.installLicense(await rig.license());
    rig.ports.hardware.components = {
      machine: testComponents.machine ?? '',
      smbios: 'x',
      board: 'x',
      disk: 'x',
      cpu: 'x',
      network: 'x',
    };
    await rig.boot();
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'read-only', reason: 'device-changed' }),
    );
  });

  test.each([
    ['answers nothing', async () => ({})],
    ['refuses', () => Promise.reject(new Error('no access'))],
  ])('cannot be read (%s): the device key decides, and it is asked again', async (_what, read) => {
    await rig.licenses.installLicense(await rig.license());
    await rig.licenses.stop();
    rig.ports.hardware.read = read;
    await rig.boot();
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ state: 'active', permit: 'full' });
    await rig.pass(3_600_000, 600_000);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
    expect(rig.parts.state.get().device.match).toBe('unknown');
    rig.ports.hardware.read = async () => testComponents;
    await rig.pass(3_600_000, 600_000);
    await becomes(() => expect(rig.parts.state.get().device.match).toBe('match'));
  });

  test('that cannot be read for a day of running counts as one that changed', async () => {
    await rig.licenses.installLicense(await rig.license());
    await rig.licenses.stop();
    rig.ports.hardware.read = async () => ({});
    await rig.boot();
    await rig.pass(30 * 3_600_000, 5 * 3_600_000);
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'device-drift', permit: 'full' }),
    );
  });
});
