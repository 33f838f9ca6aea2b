import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { borrowingSteps, createBorrowingRig, endBorrowingRig } from '../../../test/fakes/borrowing-rig.ts';
import type { LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';
import { receiptOf } from '../../../test/support/documents.ts';
import { AldabaError } from '../../contract/errors.ts';

let rig: LicensingRig;
beforeEach(async () => {
  rig = await createBorrowingRig();
});
afterEach(() => endBorrowingRig(rig));

const { kinds, states, borrowed } = borrowingSteps(() => rig);

describe('giving back', () => {
  test('programs go on with a lease, and nobody hears of the moment in between', async () => {
    const use = await borrowed();
    const seen = new Set<string>();
    rig.portal.before = () => {
      const { licenses, returned } = rig.parts.state.get();
      seen.add(`${licenses?.map(({ state, kind }) => `${state} ${kind}`)} ${returned.length}`);
      seen.add(rig.licenses.status('viga').state);
    };
    expect(await rig.licenses.returnBorrowed('viga', use)).toEqual({
      told: true,
      fileName: null,
      content: null,
    });
    expect(kinds()).toEqual(['deactivate', 'acquire']);
    expect([...seen]).toEqual(['borrowed borrow 0', 'borrowed']);
    expect(states()).toEqual(['active full']);
    expect(rig.heard.at(-1)?.license.kind).toBe('lease');
    expect(rig.portal.active()).toMatchObject([{ kind: 'lease' }]);
    expect(rig.parts.state.get().returned).toEqual([]);
  });

  test('nobody uses it: its place is free', async () => {
    await rig.licenses.release(await borrowed());
    expect(await rig.licenses.returnBorrowed('viga')).toMatchObject({ told: true });
    expect(kinds()).toEqual(['deactivate']);
    expect(rig.portal.active()).toEqual([]);
    expect(await rig.record('viga')).toBeNull();
    await expect(rig.licenses.returnBorrowed('viga')).rejects.toMatchObject({ code: 'not-borrowed' });
  });

  test('as a lease is given back from the window', async () => {
    await rig.licenses.release(await borrowed());
    await rig.licenses.releaseProduct('viga');
    expect(kinds()).toEqual(['deactivate']);
    expect(rig.portal.active()).toEqual([]);
  });

  test('another was quicker: the program waits for a seat', async () => {
    await borrowed();
    rig.portal.before = ({ kind }) => {
      if (kind === 'acquire') rig.portal.occupy('viga');
    };
    expect(await rig.licenses.returnBorrowed('viga')).toMatchObject({ told: true });
    expect(states()).toEqual(['queued read-only']);
  });

  test('without network: a receipt of this device, read-only, and told once there is one', async () => {
    await borrowed();
    const lease = (await rig.record('viga'))?.right?.leaseId;
    rig.portal.fault = 'network-offline';
    const { told, fileName, content } = await rig.licenses.returnBorrowed('viga');
    expect([told, fileName]).toEqual([false, 'viga.aldaba-receipt']);
    const record = await rig.record('viga');
    expect(receiptOf(record?.receipts[0] ?? '')).toMatchObject({ kind: 'borrow', right: lease });
    expect(rig.licenses.receipt('viga')).toEqual({ fileName, content });
    expect(states()).toEqual(['released read-only']);
    expect(rig.parts.state.get().returned).toMatchObject([{ product: 'viga', kind: 'borrow' }]);
    await rig.boot();
    expect(rig.parts.state.get().returned).toMatchObject([{ product: 'viga', kind: 'borrow' }]);
    rig.portal.fault = null;
    rig.session.identity = false;
    await rig.pass(30_000, 5000);
    await becomes(async () => expect(await rig.record('viga')).toBeNull());
    expect(rig.portal.active()).toEqual([]);
    expect(rig.parts.state.get().returned).toEqual([]);
  });

  test('what was not told yet is told before a seat is asked for: the same lease never comes back', async () => {
    const use = await borrowed();
    rig.portal.fault = 'network-offline';
    await rig.licenses.returnBorrowed('viga');
    await expect(rig.acquire(rig.use('viga'))).rejects.toMatchObject({ code: 'network-offline' });
    expect(rig.portal.count('acquire')).toBe(0);
    rig.portal.fault = null;
    expect(await rig.acquire(use)).toMatchObject({ permit: 'full', kind: 'lease' });
    expect(kinds().slice(-2)).toEqual(['deactivate', 'acquire']);
  });

  test('a portal that refuses the receipt and hands the lease out again is not believed', async () => {
    await borrowed();
    rig.portal.before = ({ kind }) => {
      if (kind === 'deactivate') throw new AldabaError('request-file-invalid');
    };
    expect(await rig.licenses.returnBorrowed('viga')).toMatchObject({ told: false });
    await expect(rig.acquire(rig.use('viga'))).rejects.toMatchObject({ code: 'lease-ended' });
    expect(kinds()).toEqual(['deactivate', 'acquire']);
    expect((await rig.record('viga'))?.right).toBeNull();
  });

  test('a renewal that was under way when it was given back brings nothing back', async () => {
    await borrowed();
    let answer = () => {};
    rig.portal.after = ({ kind }) =>
      kind === 'renew' ? new Promise((resolve) => (answer = resolve)) : undefined;
    const renewed = rig.licenses.renewNow();
    await becomes(() => expect(rig.portal.count('renew')).toBe(1));
    const returned = rig.licenses.returnBorrowed('viga');
    answer();
    await Promise.all([renewed, returned]);
    await rig.pass(1000);
    const record = await rig.record('viga');
    expect(record?.right?.kind).toBe('lease');
    expect(rig.portal.active()).toMatchObject([{ kind: 'lease', id: record?.right?.leaseId }]);
  });
});
