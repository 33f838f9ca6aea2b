import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';
import { writeFileDurably } from '../write-file-durably.ts';

let rig: LicensingRig;
beforeEach(async () => {
  rig = await createLicensingRig();
});
afterEach(() => rig.remove());

/** Holds the portal's answer to `kind`; the returned function lets it go. */
function holdAnswer(kind: string): () => void {
  let letGo: () => void = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  rig.portal.after = (call) => (call.kind === kind ? held : undefined);
  return () => {
    rig.portal.after = null;
    letGo();
  };
}

test('a program that dies while it is asking gives its seat back within 5 s of the answer', async () => {
  const answer = holdAnswer('acquire');
  const gone = new AbortController();
  const asked = rig.acquire(rig.use('viga'), { signal: gone.signal });
  await becomes(() => expect(rig.portal.active()).toHaveLength(1));
  gone.abort();
  await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  answer();
  await becomes(async () => expect((await rig.record('viga'))?.right).toBeTruthy());
  await rig.pass(5000, 1000);
  await becomes(() => expect(rig.portal.active()).toEqual([]));
  await becomes(async () => expect(await rig.record('viga')).toBeNull());
});

test('a second program that finds no seat for its version takes nothing from the first', async () => {
  rig.portal.versions.set('viga', { to: '2026' });
  rig.portal.seats.set('viga', 1);
  await rig.acquire(rig.use('viga', { version: '2026.1' }));
  rig.heard.length = 0;
  await expect(rig.acquire(rig.use('viga', { version: '2031.1' }))).rejects.toMatchObject({
    code: 'no-seat-free',
  });
  await rig.pass(600_000, 60_000);
  expect(rig.licenses.status('viga')).toMatchObject({ permit: 'full' });
  expect(rig.heard.map(({ license }) => license.permit)).not.toContain('read-only');
});

test('a program that starts while the lease is being given back keeps it', async () => {
  let write: (() => void) | null = null;
  let isHeld = false;
  await rig.boot({
    async write(path, text) {
      if (String(text).includes('"leaving": true'))
        await new Promise<void>((resolve) => {
          isHeld = true;
          write = resolve;
        });
      await writeFileDurably(path, text);
    },
  });
  const first = rig.use('viga');
  await rig.acquire(first);
  await rig.licenses.release(first);
  await rig.ports.clock.advance(2500);
  await becomes(() => expect(isHeld).toBe(true));
  expect(await rig.acquire(rig.use('viga'))).toMatchObject({ permit: 'full' });
  (write as (() => void) | null)?.();
  await becomes(async () => expect((await rig.record('viga'))?.right).toMatchObject({ leaving: false }));
  await rig.pass(10_000, 1000);
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
  expect(rig.portal.calls.map(({ kind }) => kind)).toEqual(['acquire']);
});

test('a renewal that does not verify takes nothing from the program that runs', async () => {
  await rig.acquire(rig.use('viga'));
  const other = await createLicensingRig();
  rig.portal.after = (call) => {
    if (call.kind === 'renew') rig.portal.rootKeys.splice(0, 1, ...other.portal.rootKeys);
  };
  await rig.pass(20 * 60_000, 60_000);
  expect(rig.portal.calls.map(({ kind }) => kind)).toContain('renew');
  expect(rig.portal.calls.map(({ kind }) => kind)).not.toContain('release');
  expect((await rig.record('viga'))?.right).toBeTruthy();
  await other.remove();
});

test('a seat lost while the machine slept is one step for the program, and the window shows who holds it', async () => {
  await rig.acquire(rig.use('viga'));
  rig.heard.length = 0;
  rig.portal.forget('viga');
  rig.portal.seats.set('viga', 0);
  await rig.pass(6 * 60_000, 30_000);
  expect(rig.heard[0]?.license).toMatchObject({
    state: 'queued',
    permit: 'read-only',
    reason: 'no-seat-free',
  });
  expect(rig.heard.map(({ license }) => license.state)).not.toContain('revoked');
  expect(rig.parts.state.get().licenses).toMatchObject([
    { product: 'viga', problem: { code: 'no-seat-free', data: { holders: [{ name: 'Lucía Ferrer' }] } } },
  ]);
});

test('renewing by hand asks for what waits as well', async () => {
  await rig.acquire(rig.use('viga'));
  rig.portal.forget('viga');
  rig.portal.seats.set('viga', 0);
  await rig.pass(6 * 60_000, 30_000);
  expect(rig.licenses.status('viga')).toMatchObject({ permit: 'read-only' });
  rig.portal.seats.set('viga', 1);
  await rig.licenses.renewNow();
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
});
