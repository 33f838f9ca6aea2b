import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { borrowingSteps, createBorrowingRig, endBorrowingRig } from '../../../test/fakes/borrowing-rig.ts';
import type { LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';

const hour = 3_600_000;
const day = 24 * hour;
let rig: LicensingRig;
beforeEach(async () => {
  rig = await createBorrowingRig();
});
afterEach(() => endBorrowingRig(rig));

const { kinds, states, borrowed } = borrowingSteps(() => rig);

describe('while it is borrowed', () => {
  test('the portal is asked once a day, used or not, and its end stays', async () => {
    const use = await borrowed(3);
    const until = rig.licenses.status('viga').until;
    await rig.licenses.release(use);
    await rig.pass(day + hour, hour / 2);
    await becomes(() => expect(rig.portal.count('renew')).toBe(1));
    await rig.pass(day, hour / 2);
    await becomes(() => expect(rig.portal.count('renew')).toBe(2));
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'borrowed', permit: 'full', until });
    expect(rig.portal.count('release')).toBe(0);
  });

  test('no network takes nothing from it, and the person may ask at once', async () => {
    await borrowed(3);
    rig.portal.fault = 'network-offline';
    await rig.pass(2 * day, hour);
    expect(new Set(states())).toEqual(new Set([]));
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'borrowed', permit: 'full' });
    rig.portal.fault = null;
    const before = rig.portal.count('renew');
    await rig.licenses.renewNow();
    expect(rig.portal.count('renew')).toBe(before + 1);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'borrowed' });
  });

  test('an administrator takes it back: its place counts until the device let go of it, also where it does not hear at first', async () => {
    await borrowed(3);
    rig.portal.reclaim('viga');
    expect(rig.portal.occupy('viga')).toBe(false);
    let lost = 0;
    rig.portal.after = ({ kind }) => {
      if (kind !== 'renew' || lost > 0) return;
      lost++;
      throw new Error('socket hang up');
    };
    await rig.pass(day + hour, hour / 2);
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({
        state: 'revoked',
        permit: 'read-only',
        reason: 'lease-reclaimed',
      }),
    );
    expect(lost).toBe(1);
    expect(rig.portal.count('deactivate')).toBe(1);
    await becomes(async () => expect((await rig.record('viga'))?.receipts ?? []).toEqual([]));
    expect(rig.portal.occupy('viga')).toBe(true);
  });

  describe('an administrator takes it back, and a program that it does not cover asks for a seat:', () => {
    const newer = () => rig.acquire(rig.use('viga', { version: '2027.1' }), { interactive: false });
    beforeEach(async () => {
      rig.portal.versions.set('viga', { to: '2026.9' });
      await borrowed(3);
      rig.portal.versions.set('viga', {});
      rig.portal.reclaim('viga');
    });

    test('the device lets go of it by its receipt, and competes for a seat like any other', async () => {
      expect(await newer()).toMatchObject({ state: 'active', kind: 'lease' });
      expect(kinds()).toEqual(['acquire', 'deactivate', 'acquire']);
      expect(states()).toEqual(['active full']);
      expect((await rig.record('viga'))?.receipts).toEqual([]);
    });

    test('the receipt does not arrive: the place counts, and no other is asked for until it does', async () => {
      rig.portal.before = ({ kind }) => {
        if (kind === 'deactivate') throw new Error('socket hang up');
      };
      await expect(newer()).rejects.toMatchObject({ code: 'internal' });
      expect(rig.portal.active()).toMatchObject([{ kind: 'borrow' }]);
      expect(rig.portal.count('acquire')).toBe(1);
      rig.portal.before = null;
      expect(await newer()).toMatchObject({ state: 'active', kind: 'lease' });
    });
  });

  test('a clock that is set back asks, and changes nothing', async () => {
    await borrowed(3);
    rig.ports.clock.jump(-2 * hour);
    await rig.pass(60_000);
    await becomes(() => expect(rig.portal.count('renew')).toBe(1));
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'borrowed', permit: 'full' });
  });
});

test('a receipt that the portal refuses is dropped when nothing is lent for so long any more, and never untold', async () => {
  const use = await borrowed(3);
  await rig.licenses.release(use);
  rig.portal.fault = 'network-offline';
  await rig.licenses.returnBorrowed('viga');
  rig.ports.clock.jump(29 * day);
  await rig.pass(600_000, 60_000);
  expect((await rig.record('viga'))?.receipts).toHaveLength(1);
  rig.ports.clock.jump(day);
  await rig.pass(600_000, 60_000);
  expect((await rig.record('viga'))?.receipts).toHaveLength(1);
  rig.portal.fault = 'request-file-invalid';
  await rig.pass(600_000, 60_000);
  await becomes(async () => expect(await rig.record('viga')).toBeNull());
  expect(rig.parts.state.get().returned).toEqual([]);
});

describe('when its time is over', () => {
  test('a program that runs goes on with a lease, and hears of nothing worse', async () => {
    await borrowed(1);
    const lease = (await rig.record('viga'))?.right?.leaseId;
    await rig.pass(day - 60_000, hour);
    rig.heard.length = 0;
    const before = rig.portal.calls.length;
    await rig.pass(120_000, 10_000);
    await becomes(() => expect(states()).toEqual(['active full']));
    expect((await rig.record('viga'))?.right).toMatchObject({ kind: 'lease', leaseId: lease });
    expect(rig.portal.calls.slice(before).map(({ kind }) => kind)).toEqual(['renew']);
    await rig.pass(hour, 300_000);
    expect(new Set(states())).toEqual(new Set(['active full']));
  });

  test('another has the seat: the program may open and save, and waits', async () => {
    await borrowed(1);
    await rig.pass(day - 60_000, hour);
    rig.heard.length = 0;
    rig.portal.before = ({ kind }) => {
      if (kind === 'renew') rig.portal.occupy('viga');
    };
    await rig.pass(120_000, 10_000);
    await becomes(() => expect(states()[0]).toBe('queued read-only'));
  });

  test('without network it is read-only after 15 s, the portal is not asked without end, and full again with it', async () => {
    await borrowed(1);
    rig.portal.fault = 'network-offline';
    await rig.pass(day, hour);
    await rig.pass(60_000, 5000);
    await becomes(() => expect(states()).toEqual(['read-only read-only']));
    const before = rig.portal.calls.length;
    await rig.pass(hour, 60_000);
    expect(rig.portal.calls.length - before).toBeLessThan(40);
    rig.portal.fault = null;
    await rig.pass(600_000, 60_000);
    await becomes(() => expect(rig.licenses.status('viga')).toMatchObject({ state: 'active' }));
  });

  test('with nobody signed in it is read-only at once', async () => {
    await borrowed(1);
    rig.session.identity = false;
    rig.session.emit('lapsed');
    await rig.pass(day - 60_000, hour);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'borrowed', permit: 'full' });
    await rig.pass(61_000, 1000);
    await becomes(() => expect(states()).toEqual(['read-only read-only']));
  });

  test.each([null, 'network-offline' as const])(
    'nobody uses it: it goes without a word (%s)',
    async (fault) => {
      await rig.licenses.release(await borrowed(1));
      rig.portal.fault = fault;
      await rig.pass(day + hour, hour / 2);
      await becomes(async () => expect(await rig.record('viga')).toBeNull());
      expect(rig.licenses.status('viga')).toMatchObject({ permit: 'none' });
      expect(rig.parts.state.get()).toMatchObject({ licenses: [], notices: [], returned: [] });
    },
  );

  test('so it is where the client starts after its end', async () => {
    await borrowed(1);
    await rig.licenses.stop();
    rig.ports.clock.jump(2 * day);
    await rig.boot();
    await rig.pass(40_000, 5000);
    await becomes(async () => expect(await rig.record('viga')).toBeNull());
  });

  test('a program that is started then gets a lease', async () => {
    await borrowed(1);
    await rig.licenses.stop();
    rig.ports.clock.jump(2 * day);
    await rig.boot();
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ state: 'active', kind: 'lease' });
    expect(rig.portal.active()).toHaveLength(1);
  });

  test('a laptop that slept past it asks before it tells', async () => {
    await borrowed(1);
    rig.ports.clock.suspend(5 * day);
    await rig.pass(60_000);
    await becomes(() => expect(states()).toEqual(['active full']));
  });
});
