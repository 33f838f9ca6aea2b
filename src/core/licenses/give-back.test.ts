import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';

const minute = 60_000;
let rig: LicensingRig;
beforeEach(async () => {
  rig = await createLicensingRig();
});
afterEach(() => rig.remove());

describe('giving back', () => {
  test('within 5 s after the last use of a floating product', async () => {
    const [first, second] = [rig.use('viga'), rig.use('viga')];
    await rig.acquire(first);
    await rig.acquire(second);
    await rig.licenses.release(first);
    await rig.pass(5000, 1000);
    expect(rig.portal.count('release')).toBe(0);
    await rig.licenses.release(second);
    await rig.pass(4000, 500);
    await becomes(() => expect(rig.portal.active()).toHaveLength(0));
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'released', permit: 'none' });
    await becomes(async () => expect(await rig.record('viga')).toBeNull());
  });

  test('a program that starts again at once keeps the lease', async () => {
    const use = rig.use('viga');
    await rig.acquire(use);
    await rig.licenses.release(use);
    await rig.pass(1000, 500);
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ permit: 'full' });
    await rig.pass(10_000, 1000);
    expect(rig.portal.calls.map(({ kind }) => kind)).toEqual(['acquire']);
  });

  test('a pass of a named seat stays, and is renewed daily with nobody using it', async () => {
    rig.portal.named.add('viga');
    const use = rig.use('viga');
    expect(await rig.acquire(use)).toMatchObject({ kind: 'offline-pass', permit: 'full' });
    await rig.licenses.release(use);
    await rig.pass(minute);
    expect(rig.portal.count('release')).toBe(0);
    await rig.pass(24 * 60 * minute, 30 * minute);
    await becomes(() => expect(rig.portal.count('renew')).toBe(1));
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' }),
    );
  });

  test('the portal is away: it is told later, also by the next process', async () => {
    const use = rig.use('viga');
    await rig.acquire(use);
    rig.portal.fault = 'network-offline';
    await rig.licenses.release(use);
    await rig.pass(5000, 1000);
    await becomes(async () => expect((await rig.record('viga'))?.right?.leaving).toBe(true));
    await rig.licenses.stop();
    await rig.boot();
    rig.portal.fault = null;
    await rig.pass(minute, 5000);
    await becomes(() => expect(rig.portal.active()).toHaveLength(0));
    await becomes(async () => expect(await rig.record('viga')).toBeNull());
  });

  test('the portal is away and the program starts again: the lease that could not go back is taken up', async () => {
    const use = rig.use('viga');
    await rig.acquire(use);
    rig.portal.fault = 'network-offline';
    await rig.licenses.release(use);
    await rig.pass(5000, 1000);
    await becomes(async () => expect((await rig.record('viga'))?.right?.leaving).toBe(true));
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ permit: 'full' });
    await becomes(async () => expect((await rig.record('viga'))?.right?.leaving).toBe(false));
    rig.portal.fault = null;
    await rig.pass(minute, 5000);
    expect(rig.portal.active()).toHaveLength(1);
  });

  test('the answer to a release is lost: the lease is not used again, and the portal hears it once more', async () => {
    const use = rig.use('viga');
    await rig.acquire(use);
    rig.portal.after = (call) => {
      if (call.kind === 'release') throw new Error('socket hang up');
    };
    await rig.licenses.release(use);
    await rig.pass(3000, 1000);
    await becomes(async () => expect((await rig.record('viga'))?.releases).toHaveLength(1));
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ permit: 'full' });
    expect(rig.portal.count('acquire')).toBe(2);
    rig.portal.after = null;
    await rig.pass(minute, 5000);
    await becomes(async () => expect((await rig.record('viga'))?.releases).toEqual([]));
    expect(rig.portal.active()).toHaveLength(1);
  });

  test('leases that no program takes up after a restart go back', async () => {
    await rig.acquire(rig.use('viga'));
    await rig.acquire(rig.use('portico'));
    await rig.boot();
    await rig.acquire(rig.use('portico'));
    await rig.pass(32_000, 1000);
    await becomes(() => expect(rig.portal.active().map(({ product }) => product)).toEqual(['portico']));
  });

  test('the person gives back what a program uses: it may open and save', async () => {
    await rig.acquire(rig.use('viga'));
    await rig.licenses.releaseProduct('viga');
    expect(rig.portal.active()).toHaveLength(0);
    expect(rig.heard.at(-1)?.license).toMatchObject({ state: 'released', permit: 'read-only' });
    await expect(rig.licenses.releaseProduct('viga')).rejects.toMatchObject({ code: 'not-licensed' });
  });

  test('stopping gives back what lingers', async () => {
    const use = rig.use('viga');
    await rig.acquire(use);
    await rig.licenses.release(use);
    await rig.licenses.stop();
    expect(rig.portal.active()).toHaveLength(0);
  });

  test('a program that runs while the client ends finds its lease again, with no portal in reach', async () => {
    const use = rig.use('viga');
    await rig.acquire(use);
    await rig.licenses.stop();
    await rig.licenses.release(use);
    expect(rig.portal.active()).toHaveLength(1);
    rig.portal.fault = 'network-offline';
    await rig.boot();
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ permit: 'full' });
  });
});
