import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { queueTicket } from '../../../test/fakes/seat-portal.ts';
import { becomes } from '../../../test/support/becomes.ts';
import type { Use } from '../../contract/client/state.ts';

const minute = 60_000;

let rig: LicensingRig;
let use: Use;
beforeEach(async () => {
  rig = await createLicensingRig();
  use = rig.use('viga');
  await rig.acquire(use);
});
afterEach(() => rig.remove());

/** The seat goes to somebody else while the program runs. */
async function loseSeat(): Promise<void> {
  rig.portal.forget('viga');
  rig.portal.seats.set('viga', 0);
  await rig.pass(6 * minute);
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'queued', permit: 'read-only' });
}

test('a program that waits asks as often as the portal says, however long it takes', async () => {
  await loseSeat();
  const before = rig.portal.count('acquire');
  await rig.pass(20 * minute, 5000);
  const asked = rig.portal.count('acquire') - before;
  // Every 30 s and up to 5 s, so that its place is not given up (90 s).
  expect(asked).toBeGreaterThanOrEqual((20 * 60) / 40);
  expect(asked).toBeLessThanOrEqual((20 * 60) / 30);
});

test('the window shows the place in the queue', async () => {
  await loseSeat();
  expect(rig.parts.state.get().licenses).toMatchObject([
    { problem: { code: 'no-seat-free', data: { queue: { position: 1 } } } },
  ]);
});

test('a program that waited and ends leaves the queue, once', async () => {
  await loseSeat();
  await rig.licenses.release(use);
  await becomes(() => expect(rig.portal.count('leave-queue')).toBe(1));
  expect(rig.portal.calls.at(-1)).toEqual({ kind: 'leave-queue', input: { ticket: queueTicket } });
  await rig.licenses.release(use);
  await rig.pass(5 * minute);
  expect(rig.portal.count('leave-queue')).toBe(1);
});

test('not while another program waits, nor when none waited', async () => {
  const other = rig.use('viga');
  await rig.acquire(other);
  await loseSeat();
  await rig.licenses.release(other);
  expect(rig.portal.count('leave-queue')).toBe(0);
  rig.portal.seats.set('viga', 1);
  await rig.pass(minute);
  expect(rig.licenses.status('viga')).toMatchObject({ permit: 'full' });
  await rig.licenses.release(use);
  await rig.pass(minute);
  expect(rig.portal.count('leave-queue')).toBe(0);
});

test('a portal that cannot be reached then is not asked again for it', async () => {
  await loseSeat();
  rig.portal.fault = 'network-offline';
  await rig.licenses.release(use);
  rig.portal.fault = null;
  await rig.pass(5 * minute);
  expect(rig.portal.count('leave-queue')).toBe(1);
});
