import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';

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
  await vi.waitFor(() => expect(rig.portal.active()).toHaveLength(1));
  gone.abort();
  await expect(asked).rejects.toMatchObject({ code: 'cancelled' });
  answer();
  await vi.waitFor(async () => expect((await rig.record('viga'))?.right).toBeTruthy());
  await rig.pass(5000, 1000);
  await vi.waitFor(() => expect(rig.portal.active()).toEqual([]));
  await vi.waitFor(async () => expect(await rig.record('viga')).toBeNull());
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
  expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
  expect(rig.heard.map(({ license }) => license.permit)).not.toContain('read-only');
});
