import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';

const hour = 3_600_000;
let rig: LicensingRig;
beforeEach(async () => {
  rig = await createLicensingRig();
  await rig.acquire(rig.use('viga'));
  rig.heard.length = 0;
});
afterEach(() => rig.remove());

const permits = () => rig.heard.map(({ license }) => license.permit);

describe.each(['suspend', 'suspendRunning'] as const)('a laptop that slept for hours (%s)', (sleep) => {
  test('programs hear nothing worse while its network comes up', async () => {
    rig.portal.fault = 'network-offline';
    rig.ports.clock[sleep](8 * hour);
    await rig.pass(10_000, 1000);
    rig.portal.fault = null;
    await rig.pass(30_000, 1000);
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' }),
    );
    expect(permits()).not.toContain('read-only');
  });

  test('with no network after 15 s they hear of it, once', async () => {
    rig.portal.fault = 'network-offline';
    rig.ports.clock[sleep](8 * hour);
    await rig.pass(60_000, 1000);
    await becomes(() => expect(permits()).toEqual(['read-only']));
    expect(rig.heard[0]?.license).toMatchObject({ reason: 'network-offline' });
  });

  test('a seat that is another’s now is said at once', async () => {
    rig.ports.clock[sleep](8 * hour);
    rig.portal.seats.set('viga', 0);
    await rig.pass(32_000, 1000);
    const states = () => rig.heard.map(({ license }) => license.state);
    await becomes(() => expect(states()[0]).toBe('queued'));
    expect(states()).not.toContain('revoked');
  });
});
