import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';

const minute = 60_000;
let rig: LicensingRig;
beforeEach(async () => {
  rig = await createLicensingRig();
});
afterEach(() => rig.remove());

describe('acquire', () => {
  test('a first program takes a seat, and the answer carries the document', async () => {
    const license = await rig.acquire(rig.use('viga'));
    expect(license).toMatchObject({ state: 'active', permit: 'full', kind: 'lease' });
    expect(license.document?.split('.')).toHaveLength(3);
    expect(Date.parse(license.until ?? '')).toBe(rig.ports.clock.now() + 75 * minute);
    expect(rig.portal.active()).toHaveLength(1);
  });

  test('a warm lease is answered without the portal', async () => {
    await rig.acquire(rig.use('viga'));
    rig.portal.fault = 'network-offline';
    expect(await rig.acquire(rig.use('viga'))).toMatchObject({ permit: 'full' });
    expect(rig.portal.calls).toHaveLength(1);
  });

  test('so it is after a restart of the client, from disk', async () => {
    await rig.acquire(rig.use('viga'));
    rig.portal.fault = 'network-offline';
    await rig.boot();
    expect(await rig.acquire(rig.use('viga'), { interactive: false })).toMatchObject({ permit: 'full' });
    expect(rig.portal.calls).toHaveLength(1);
  });

  test('ten of one product at once are one request', async () => {
    const licenses = await Promise.all(Array.from({ length: 10 }, () => rig.acquire(rig.use('viga'))));
    expect(new Set(licenses.map(({ document }) => document)).size).toBe(1);
    expect(rig.portal.count('acquire')).toBe(1);
  });

  test('A17: ten with nobody signed in wait on one sign-in and all get their answer', async () => {
    rig.session.identity = false;
    const products = ['viga', 'portico', 'zapata'];
    const answers = Promise.all(
      Array.from({ length: 10 }, (_, index) => rig.acquire(rig.use(products[index % 3] ?? 'viga'))),
    );
    await becomes(() => expect(rig.session.waiting).toBe(10));
    expect(rig.parts.state.get().uses.map(({ state }) => state)).toEqual(Array(10).fill('waiting'));
    rig.session.finish('signed-in');
    expect((await answers).map(({ permit }) => permit)).toEqual(Array(10).fill('full'));
    expect(rig.session.signIns).toBe(1);
    expect(rig.portal.count('acquire')).toBe(3);
  });

  test('closing the sign-in gives all of them sign-in-cancelled', async () => {
    rig.session.identity = false;
    const answers = Array.from({ length: 10 }, () => rig.acquire(rig.use('viga')));
    const settled = Promise.allSettled(answers);
    await becomes(() => expect(rig.session.waiting).toBe(10));
    rig.session.finish('sign-in-cancelled');
    for (const answer of await settled) {
      expect(answer).toMatchObject({ status: 'rejected', reason: { code: 'sign-in-cancelled' } });
    }
    expect(rig.parts.state.get().uses).toEqual([]);
  });

  test('one that goes away while waiting leaves the others', async () => {
    rig.session.identity = false;
    const gone = new AbortController();
    const first = rig.acquire(rig.use('viga'), { signal: gone.signal });
    const second = rig.acquire(rig.use('viga'));
    first.catch(() => undefined);
    await becomes(() => expect(rig.session.waiting).toBe(2));
    gone.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    rig.session.finish('signed-in');
    expect(await second).toMatchObject({ permit: 'full' });
  });

  test('one that is asked again while the first question is taken back keeps its seat', async () => {
    rig.session.identity = false;
    const use = rig.use('viga');
    const gone = new AbortController();
    const first = rig.acquire(use, { signal: gone.signal });
    const second = rig.acquire(use);
    first.catch(() => undefined);
    await becomes(() => expect(rig.session.waiting).toBe(2));
    gone.abort();
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    expect(rig.parts.state.get().uses).toMatchObject([{ id: use.id, state: 'waiting' }]);
    rig.session.finish('signed-in');
    expect(await second).toMatchObject({ permit: 'full' });
    await rig.pass(10_000, 1000);
    expect(rig.portal.active()).toHaveLength(1);
    expect(rig.licenses.status('viga')).toMatchObject({ permit: 'full' });
    expect(rig.parts.state.get().uses).toMatchObject([{ id: use.id, state: 'running' }]);
  });

  test('taken back twice, nothing is left of it', async () => {
    rig.session.identity = false;
    const use = rig.use('viga');
    const gone = new AbortController();
    const asked = [1, 2].map(() => rig.acquire(use, { signal: gone.signal }));
    const answers = Promise.allSettled(asked);
    await becomes(() => expect(rig.session.waiting).toBe(2));
    gone.abort();
    expect(await answers).toMatchObject([
      { reason: { code: 'cancelled' } },
      { reason: { code: 'cancelled' } },
    ]);
    expect(rig.parts.state.get().uses).toEqual([]);
  });

  test('given back before the answer: nobody waits for it, no seat is taken, and it may be asked for anew', async () => {
    rig.session.identity = false;
    const use = rig.use('viga');
    const first = rig.acquire(use);
    first.catch(() => undefined);
    await becomes(() => expect(rig.session.waiting).toBe(1));
    await rig.licenses.release(use);
    const second = rig.acquire(use);
    await expect(first).rejects.toMatchObject({ code: 'cancelled' });
    await becomes(() => expect(rig.session.waiting).toBe(1));
    await rig.licenses.release(use);
    await expect(second).rejects.toMatchObject({ code: 'cancelled' });
    rig.session.finish('signed-in');
    await rig.pass(10_000, 1000);
    expect(rig.portal.count('acquire')).toBe(0);
    expect(await rig.acquire(use)).toMatchObject({ permit: 'full' });
    await rig.pass(10_000, 1000);
    expect(rig.portal.active()).toHaveLength(1);
  });

  test('not interactive: nobody is asked', async () => {
    rig.session.identity = false;
    await expect(rig.acquire(rig.use('viga'), { interactive: false })).rejects.toMatchObject({
      code: 'not-signed-in',
    });
    expect(rig.session.signIns).toBe(0);
  });

  test('no seat free: said with who holds them', async () => {
    rig.portal.seats.set('viga', 0);
    await expect(rig.acquire(rig.use('viga'))).rejects.toMatchObject({
      code: 'no-seat-free',
      data: { holders: [{ name: 'Lucía Ferrer' }] },
    });
    expect(await rig.record('viga')).toBeNull();
  });

  test('no network and nothing held: said as it is', async () => {
    rig.portal.fault = 'network-offline';
    await expect(rig.acquire(rig.use('viga'))).rejects.toMatchObject({ code: 'network-offline' });
    expect(rig.parts.state.get().uses).toEqual([]);
  });

  test('a document under a foreign root is refused and its seat goes back', async () => {
    const other = await createLicensingRig();
    rig.portal.rootKeys.splice(0, 1, ...other.portal.rootKeys);
    await rig.boot();
    await expect(rig.acquire(rig.use('viga'))).rejects.toMatchObject({ code: 'file-foreign-key' });
    await rig.pass(10_000, 5000);
    await becomes(() => expect(rig.portal.active()).toHaveLength(0));
    await other.remove();
  });

  test('a full disk takes no seat', async () => {
    await rig.boot({
      write: async () => {
        throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
      },
    });
    await expect(rig.acquire(rig.use('viga'))).rejects.toMatchObject({ code: 'disk-full' });
    expect(rig.portal.calls).toEqual([]);
  });
});

test('the snapshot shows what is held and who uses it', async () => {
  const use = rig.use('viga');
  await rig.acquire(use);
  expect(rig.parts.state.get().licenses).toMatchObject([
    {
      product: 'viga',
      productName: 'VIGA',
      state: 'active',
      permit: 'full',
      kind: 'lease',
      seatKind: 'floating',
      accountName: 'Estructuras Cóndor',
      holder: 'Lucía Ferrer',
      programs: [{ id: use.id, state: 'running' }],
    },
  ]);
  expect(rig.parts.state.get().uses).toMatchObject([{ id: use.id, program: 'viga', state: 'running' }]);
});
