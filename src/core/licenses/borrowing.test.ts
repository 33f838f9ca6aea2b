import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { borrowingSteps, createBorrowingRig, endBorrowingRig } from '../../../test/fakes/borrowing-rig.ts';
import type { LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';

const day = 86_400_000;
let rig: LicensingRig;
beforeEach(async () => {
  rig = await createBorrowingRig();
});
afterEach(() => endBorrowingRig(rig));

const view = () => rig.parts.state.get().licenses?.find(({ product }) => product === 'viga');

const { kinds, states, run, borrowed, holdAnswer } = borrowingSteps(() => rig);

describe('borrowing', () => {
  test('makes the same lease one of so many days, which stays when nobody uses it', async () => {
    const use = await run();
    const before = (await rig.record('viga'))?.right;
    expect(view()).toMatchObject({ kind: 'lease', borrowDays: 14 });
    await rig.licenses.borrow('viga', 7, use);
    const until = new Date(rig.ports.clock.now() + 7 * day).toISOString();
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'borrowed', permit: 'full', until });
    expect(view()).toMatchObject({ kind: 'borrow', seatKind: 'floating', borrowDays: 14, expiresAt: until });
    expect((await rig.record('viga'))?.right).toMatchObject({ leaseId: before?.leaseId, kind: 'borrow' });
    await rig.licenses.release(use);
    await rig.pass(60_000, 5000);
    expect(kinds()).toEqual(['acquire', 'borrow']);
    expect(rig.portal.active()).toHaveLength(1);
  });

  test('again: so many days from now', async () => {
    const use = await borrowed(3);
    await rig.pass(day, day / 4);
    await rig.licenses.borrow('viga', 3, use);
    expect(rig.licenses.status('viga').until).toBe(new Date(rig.ports.clock.now() + 3 * day).toISOString());
  });

  test('from the window, just after the last program ended: it does not go back meanwhile', async () => {
    const use = await run();
    await rig.licenses.release(use);
    let answer = () => {};
    rig.portal.before = ({ kind }) =>
      kind === 'borrow' ? new Promise((resolve) => (answer = resolve)) : undefined;
    const asked = rig.licenses.borrow('viga', 7);
    await becomes(() => expect(rig.portal.count('borrow')).toBe(1));
    await rig.pass(10_000, 1000);
    answer();
    await asked;
    await rig.pass(10_000, 1000);
    expect(kinds()).toEqual(['acquire', 'borrow']);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'borrowed' });
  });

  test('and the program ends while the portal is asked: it is not given back meanwhile, and afterwards as ever', async () => {
    const use = await run();
    const answer = holdAnswer();
    const asked = rig.licenses.borrow('viga', 7, use);
    asked.catch(() => undefined);
    await becomes(() => expect(rig.portal.count('borrow')).toBe(1));
    await rig.licenses.release(use);
    await rig.pass(10_000, 1000);
    expect(kinds()).toEqual(['acquire', 'borrow']);
    answer();
    await expect(asked).rejects.toMatchObject({ code: 'internal' });
    await rig.pass(5000, 500);
    await becomes(() => expect(rig.portal.active()).toHaveLength(0));
    expect(await rig.record('viga')).toBeNull();
  });

  test('after a restart without network the program runs', async () => {
    await borrowed();
    rig.portal.fault = 'network-offline';
    await rig.boot();
    await rig.pass(60_000, 10_000);
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ state: 'borrowed', kind: 'borrow' });
  });

  test('a named seat is refused without asking', async () => {
    rig.portal.named.add('portico');
    const use = await run('portico');
    await expect(rig.licenses.borrow('portico', 7, use)).rejects.toMatchObject({
      code: 'borrow-unavailable',
    });
    expect(rig.portal.count('borrow')).toBe(0);
  });

  test.each([
    ['what the company does not lend', 'zapata', 7, 'borrow-unavailable', {}],
    ['more days than it lends', 'viga', 15, 'borrow-too-long', { maximum: 14 }],
  ])(
    '%s is refused by the portal, whose limit may be another by now',
    async (_what, product, days, code, data) => {
      rig.portal.lent.set('zapata', 0);
      const use = await run(product);
      await expect(rig.licenses.borrow(product, days, use)).rejects.toMatchObject({ code, data });
      rig.portal.lent.set(product, 30);
      await rig.licenses.borrow(product, days, use);
      expect(rig.licenses.status(product)).toMatchObject({ state: 'borrowed', permit: 'full' });
    },
  );

  test('nothing held, and a program that does not run with it', async () => {
    await expect(rig.licenses.borrow('viga', 7)).rejects.toMatchObject({ code: 'not-licensed' });
    await run();
    await expect(rig.licenses.borrow('viga', 7, rig.use('viga'))).rejects.toMatchObject({
      code: 'not-licensed',
    });
    await expect(rig.licenses.returnBorrowed('viga', rig.use('viga'))).rejects.toMatchObject({
      code: 'not-licensed',
    });
    await expect(rig.licenses.returnBorrowed('viga')).rejects.toMatchObject({ code: 'not-borrowed' });
    expect(kinds()).toEqual(['acquire']);
  });

  test('a keychain that forgets: the place would stay taken after the next start', async () => {
    rig.portal.lent.set('viga', 14);
    Object.assign(rig.ports.secrets, { backend: 'memory' });
    const use = await run();
    await expect(rig.licenses.borrow('viga', 7, use)).rejects.toMatchObject({ code: 'keychain-unavailable' });
    expect(rig.portal.count('borrow')).toBe(0);
  });

  test('the portal lends fewer days by now: its word counts, and the lease goes on', async () => {
    const use = await run();
    rig.portal.lent.set('viga', 3);
    await expect(rig.licenses.borrow('viga', 7, use)).rejects.toMatchObject({
      code: 'borrow-too-long',
      data: { maximum: 3 },
    });
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full', kind: 'lease' });
  });

  test('the lease was taken back: said, and the program may open and save', async () => {
    const use = await run();
    rig.portal.reclaim('viga');
    await expect(rig.licenses.borrow('viga', 7, use)).rejects.toMatchObject({ code: 'lease-reclaimed' });
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'revoked', permit: 'read-only' });
  });

  test('the lease had ended: said, and the program goes on with another', async () => {
    const use = await run();
    rig.portal.forget('viga');
    await expect(rig.licenses.borrow('viga', 7, use)).rejects.toMatchObject({ code: 'lease-ended' });
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
    expect(states().join()).not.toContain('read-only');
  });

  test('the answer is lost: nothing is different here until a renewal brings what the portal lent', async () => {
    const use = await run();
    rig.portal.after = ({ kind }) => {
      if (kind === 'borrow') throw new Error('socket hang up');
    };
    await expect(rig.licenses.borrow('viga', 7, use)).rejects.toMatchObject({ code: 'internal' });
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', kind: 'lease' });
    await rig.pass(300_000);
    await becomes(() => expect(rig.licenses.status('viga')).toMatchObject({ state: 'borrowed' }));
  });

  test('the answer is lost, the client starts again, and it was taken back: the device says that it has let go, and gets another', async () => {
    const use = await run();
    rig.portal.after = ({ kind }) => {
      if (kind === 'borrow') throw new Error('socket hang up');
    };
    await expect(rig.licenses.borrow('viga', 7, use)).rejects.toMatchObject({ code: 'internal' });
    await rig.licenses.stop();
    await rig.boot();
    rig.portal.reclaim('viga');
    await becomes(async () => {
      await rig.licenses.renewNow().catch(() => undefined);
      expect(await rig.record('viga')).toBeNull();
    });
    expect(rig.portal.active()).toMatchObject([{ kind: 'borrow' }]);
    await run();
    expect(rig.portal.active()).toMatchObject([{ kind: 'lease' }]);
  });

  test('the answer is lost and somebody signs out: what the portal may have lent goes back by receipt', async () => {
    const use = await run();
    rig.portal.after = ({ kind }) => {
      if (kind === 'borrow') throw new Error('socket hang up');
    };
    await expect(rig.licenses.borrow('viga', 7, use)).rejects.toMatchObject({ code: 'internal' });
    rig.session.identity = false;
    rig.session.emit('signed-out');
    await rig.pass(10_000, 1000);
    await becomes(() => expect(rig.portal.active()).toEqual([]));
    await becomes(async () => expect(await rig.record('viga')).toBeNull());
    expect(kinds()).toEqual(['acquire', 'borrow', 'deactivate']);
  });

  test('the answer is lost, the program ends without network when its time is over: what the portal may have lent goes back by receipt', async () => {
    const use = await run();
    rig.portal.after = ({ kind }) => {
      if (kind === 'borrow') throw new Error('socket hang up');
    };
    await expect(rig.licenses.borrow('viga', 7, use)).rejects.toMatchObject({ code: 'internal' });
    rig.portal.fault = 'network-offline';
    await rig.pass(1_500_000, 30_000);
    await rig.licenses.release(use);
    await rig.pass(10_000, 1000);
    await becomes(async () => expect((await rig.record('viga'))?.right ?? null).toBeNull());
    rig.portal.fault = null;
    await rig.pass(600_000, 30_000);
    await becomes(() => expect(rig.portal.active()).toEqual([]));
    expect(await rig.record('viga')).toBeNull();
  });

  test('somebody signs out while the portal is asked, and its answer is lost: what it lent goes back by receipt', async () => {
    const use = await run();
    const fail = holdAnswer();
    const asked = rig.licenses.borrow('viga', 7, use);
    asked.catch(() => undefined);
    await becomes(() => expect(rig.portal.count('borrow')).toBe(1));
    rig.session.identity = false;
    rig.session.emit('signed-out');
    await becomes(async () => expect((await rig.record('viga'))?.right ?? null).toBeNull());
    fail();
    await expect(asked).rejects.toMatchObject({ code: 'internal' });
    await rig.pass(10_000, 1000);
    await becomes(() => expect(rig.portal.active()).toEqual([]));
    expect(await rig.record('viga')).toBeNull();
  });

  test('somebody signs out while the portal is asked: what it lent goes back by receipt', async () => {
    const use = await run();
    let answer = () => {};
    rig.portal.after = ({ kind }) =>
      kind === 'borrow' ? new Promise((resolve) => (answer = resolve)) : undefined;
    const asked = rig.licenses.borrow('viga', 7, use);
    asked.catch(() => undefined);
    await becomes(() => expect(rig.portal.count('borrow')).toBe(1));
    rig.session.identity = false;
    rig.session.emit('signed-out');
    await becomes(async () => expect((await rig.record('viga'))?.right ?? null).toBeNull());
    answer();
    await expect(asked).rejects.toMatchObject({ code: 'lease-ended' });
    expect(rig.portal.active()).toHaveLength(0);
    expect(await rig.record('viga')).toBeNull();
  });
});
