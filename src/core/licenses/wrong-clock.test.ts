import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { borrowingSteps, endBorrowingRig } from '../../../test/fakes/borrowing-rig.ts';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';

const day = 86_400_000;
let rig: LicensingRig;
beforeEach(async () => {
  rig = await createLicensingRig({ portalKeepsTime: true });
  rig.portal.seats.set('viga', 1);
});
afterEach(() => endBorrowingRig(rig));

const { borrowed } = borrowingSteps(() => rig);

/** The client starts with no network and the clock moved by `ms`, and runs for a while. */
async function startsOffline(ms: number): Promise<void> {
  await rig.licenses.stop();
  rig.portal.fault = 'network-offline';
  rig.ports.clock.jump(ms);
  await rig.boot();
  await rig.pass(120_000, 5000);
}

async function startsAgain(ms: number, fault: LicensingRig['portal']['fault']): Promise<void> {
  await rig.licenses.stop();
  rig.ports.clock.jump(ms);
  rig.portal.fault = fault;
  await rig.boot();
  await rig.pass(60_000, 5000);
}

describe('a clock that is a month ahead, and no network:', () => {
  test('what is borrowed can open and save, and is back in full once the clock is right', async () => {
    await rig.licenses.release(await borrowed(7));
    const { leaseId } = (await rig.record('viga'))?.right ?? {};
    await startsOffline(30 * day);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'read-only', permit: 'read-only' });
    expect((await rig.record('viga'))?.right).toMatchObject({ leaseId, leaving: false });
    await startsAgain(-30 * day, 'network-offline');
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ permit: 'full', kind: 'borrow' });
  });

  test('the portal says the time before the clock is right: it is borrowed as before, with its end', async () => {
    const use = await borrowed(7);
    const { until } = rig.licenses.status('viga');
    await rig.licenses.release(use);
    await startsOffline(30 * day);
    rig.portal.fault = null;
    await rig.pass(600_000, 30_000);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'borrowed', permit: 'full', until });
    expect(rig.portal.active()).toMatchObject([{ kind: 'borrow' }]);
  });

  test('the clock moves under the client: the same', async () => {
    await rig.licenses.release(await borrowed(7));
    await rig.pass(60_000);
    rig.portal.fault = 'network-offline';
    rig.ports.clock.jump(30 * day);
    await rig.pass(120_000, 5000);
    expect(rig.licenses.status('viga')).toMatchObject({ permit: 'read-only' });
    expect((await rig.record('viga'))?.right).toMatchObject({ kind: 'borrow', leaving: false });
    rig.ports.clock.jump(-30 * day);
    await rig.pass(60_000, 5000);
    expect((await rig.record('viga'))?.right).toMatchObject({ kind: 'borrow', leaving: false });
  });

  test('it is over by then by the portal as well: it goes at the first contact, used by nobody', async () => {
    await rig.licenses.release(await borrowed(1));
    await rig.licenses.stop();
    rig.ports.clock.suspend(2 * day);
    await startsOffline(28 * day);
    expect((await rig.record('viga'))?.right).toMatchObject({ kind: 'borrow' });
    rig.portal.fault = null;
    await rig.pass(600_000, 30_000);
    await becomes(async () => expect(await rig.record('viga')).toBeNull());
    expect(rig.portal.active()).toEqual([]);
  });

  test('a lease that went unused is told to the portal still', async () => {
    const use = rig.use('viga');
    await rig.acquire(use);
    await rig.licenses.stop();
    await rig.licenses.release(use);
    await startsOffline(30 * day);
    expect((await rig.record('viga'))?.releases).toHaveLength(1);
    await startsAgain(-30 * day, null);
    expect(rig.portal.count('release')).toBeGreaterThan(0);
    expect(rig.portal.active()).toEqual([]);
    expect(await rig.record('viga')).toBeNull();
  });

  test('a pass that was given back is told to the portal still', async () => {
    rig.portal.named.add('viga');
    const use = rig.use('viga');
    await rig.acquire(use);
    await rig.licenses.release(use);
    rig.portal.fault = 'network-offline';
    await rig.licenses.releaseProduct('viga');
    await startsOffline(60 * day);
    expect((await rig.record('viga'))?.releases).toHaveLength(1);
    await startsAgain(-60 * day, null);
    expect(rig.portal.active()).toEqual([]);
  });
});

test.each([-60, 60])(
  'a receipt signed with a clock that is %i days off is told at the first contact',
  async (days) => {
    await rig.licenses.release(await borrowed(7));
    await startsOffline(days * day);
    expect(await rig.licenses.returnBorrowed('viga')).toMatchObject({ told: false });
    await startsAgain(-days * day, null);
    expect(rig.portal.count('deactivate')).toBeGreaterThan(0);
    expect(rig.portal.active()).toEqual([]);
    expect(await rig.record('viga')).toBeNull();
  },
);
