import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { writeFileDurably } from '../write-file-durably.ts';

const minute = 60_000;
let rig: LicensingRig;
beforeEach(async () => {
  rig = await createLicensingRig();
});
afterEach(() => rig.remove());

const count = (kind: string) => rig.portal.calls.filter((call) => call.kind === kind).length;
const becomes = (check: () => unknown | Promise<unknown>) =>
  vi.waitFor(check, { timeout: 5000, interval: 5 });

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
    expect(count('acquire')).toBe(1);
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
    expect(count('acquire')).toBe(3);
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

describe('renewal', () => {
  test('one call for every lease of the device, when the portal said', async () => {
    await rig.acquire(rig.use('viga'));
    await rig.acquire(rig.use('portico'));
    await rig.pass(5 * minute - 1000);
    expect(count('renew')).toBe(0);
    await rig.pass(1000);
    await becomes(() => expect(count('renew')).toBe(1));
    expect(rig.portal.calls.at(-1)?.input).toMatchObject({ leases: [{ seq: 0 }, { seq: 0 }] });
    await becomes(async () =>
      expect((await rig.record('portico'))?.right?.renewedAt).toBe(
        new Date(rig.ports.clock.now()).toISOString(),
      ),
    );
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
  });

  test('programs hear of the new document, not of each question', async () => {
    await rig.acquire(rig.use('viga'));
    rig.heard.length = 0;
    await rig.pass(5 * minute);
    await becomes(() => expect(rig.heard).toHaveLength(1));
    expect(rig.heard[0]?.license).toMatchObject({ state: 'active', permit: 'full' });
  });

  test('the link is lost: full to 60 min after the last renewal, 15 min of countdown, then read-only, and back', async () => {
    const use = rig.use('viga');
    await rig.acquire(use);
    rig.portal.fault = 'network-offline';
    const seen: string[] = [];
    for (let at = 0; at < 76 * minute; at += minute) {
      await rig.pass(minute);
      const { state, permit } = rig.licenses.status('viga');
      const now = `${state} ${permit}`;
      if (seen.at(-1)?.startsWith(now)) continue;
      seen.push(`${now} ${(at + minute) / minute}`);
    }
    expect(seen).toEqual(['active full 1', 'run-on full 20', 'read-only read-only 75']);
    expect(rig.heard.at(-1)?.license).toMatchObject({
      state: 'read-only',
      permit: 'read-only',
      reason: 'network-offline',
    });
    expect(rig.heard.at(-1)?.license.document).toBeDefined();

    rig.portal.fault = null;
    await rig.pass(5 * minute);
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' }),
    );
    expect(rig.parts.state.get().notices).toEqual([]);
  }, 30_000);

  test('failures wait longer and longer, and never less than the portal asks', async () => {
    await rig.acquire(rig.use('viga'));
    rig.portal.fault = 'unavailable';
    rig.portal.faultData = { retryAfter: 120 };
    await rig.pass(5 * minute, 5000);
    expect(count('renew')).toBe(1);
    await rig.pass(2 * minute, 5000);
    expect(count('renew')).toBe(1);
    await rig.pass(5000, 5000);
    await becomes(() => expect(count('renew')).toBe(2));
    rig.portal.faultData = undefined;
    rig.portal.fault = 'network-offline';
    await rig.pass(30 * minute, 5000);
    const calls = count('renew');
    expect(calls).toBeGreaterThan(8);
    expect(calls).toBeLessThan(30);
  }, 30_000);

  test('whoever reaches the portal first wakes the renewal that waits', async () => {
    await rig.acquire(rig.use('viga'));
    rig.portal.fault = 'network-offline';
    await rig.pass(15 * minute);
    const before = count('renew');
    rig.portal.fault = null;
    rig.portal.tell({ ok: true, serverTime: rig.ports.clock.now() });
    await rig.pass(1000, 500);
    await becomes(() => expect(count('renew')).toBe(before + 1));
  });

  test('a laptop that slept for hours asks before it tells: the program never hears of read-only', async () => {
    await rig.acquire(rig.use('viga'));
    rig.heard.length = 0;
    rig.ports.clock.suspend(8 * 60 * minute);
    await rig.pass(30_000);
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' }),
    );
    expect(rig.heard.map(({ license }) => license.permit)).not.toContain('read-only');
    expect(count('acquire')).toBe(2);
    expect(rig.portal.active()).toHaveLength(1);
  });

  test('it slept, and its seat is another’s now: read-only and queued until one is free', async () => {
    rig.portal.seats.set('viga', 1);
    await rig.acquire(rig.use('viga'));
    rig.ports.clock.suspend(8 * 60 * minute);
    rig.portal.seats.set('viga', 0);
    await rig.pass(30_000);
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({
        state: 'queued',
        permit: 'read-only',
        reason: 'no-seat-free',
      }),
    );
    rig.portal.seats.set('viga', 1);
    await rig.pass(10 * minute);
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' }),
    );
  });

  test('a clock set forward does not end a lease that the portal still knows', async () => {
    await rig.acquire(rig.use('viga'));
    rig.heard.length = 0;
    rig.ports.clock.jump(10 * minute);
    await rig.pass(30_000);
    await becomes(() => expect(count('renew')).toBe(1));
    expect(rig.heard.map(({ license }) => license.permit)).not.toContain('read-only');
  });

  test('an administrator takes the seat: the program may open and save, and is told why', async () => {
    await rig.acquire(rig.use('viga'));
    rig.portal.reclaim('viga');
    await rig.pass(5 * minute);
    await becomes(() =>
      expect(rig.heard.at(-1)?.license).toMatchObject({
        state: 'revoked',
        permit: 'read-only',
        reason: 'lease-reclaimed',
      }),
    );
    expect(await rig.record('viga')).toBeNull();
    await rig.pass(10 * minute);
    expect(count('acquire')).toBe(1);
    expect(rig.parts.state.get().notices).toMatchObject([{ code: 'lease-reclaimed' }]);
  });

  test('an older document never replaces a newer one', async () => {
    await rig.acquire(rig.use('viga'));
    const first = rig.licenses.status('viga').document;
    await rig.pass(5 * minute);
    await becomes(() => expect(rig.licenses.status('viga').document).not.toBe(first));
    const newer = rig.licenses.status('viga').document;
    const grant = {
      leaseId: rig.portal.active()[0]?.id ?? '',
      kind: 'lease' as const,
      product: 'viga',
      renewAfter: 300,
    };
    rig.portal.gateway.portal.licenses.renew = async () => ({
      serverTime: new Date(rig.ports.clock.now()).toISOString(),
      results: [
        {
          outcome: 'renewed' as const,
          ...grant,
          document: first ?? '',
          expiresAt: new Date(0).toISOString(),
        },
      ],
    });
    await rig.licenses.renewNow();
    expect(rig.licenses.status('viga').document).toBe(newer);
  });

  test('a portal that renews nothing is not asked without end', async () => {
    await rig.acquire(rig.use('viga'));
    const document = rig.licenses.status('viga').document ?? '';
    const leaseId = rig.portal.active()[0]?.id ?? '';
    let calls = 0;
    rig.portal.gateway.portal.licenses.renew = async () => {
      calls++;
      const grant = {
        leaseId,
        kind: 'lease' as const,
        product: 'viga',
        renewAfter: 300,
        expiresAt: new Date(0).toISOString(),
      };
      const older = document.replace(/.$/, document.endsWith('A') ? 'B' : 'A');
      return {
        serverTime: new Date().toISOString(),
        results: [{ outcome: 'renewed' as const, ...grant, document: older }],
      };
    };
    await rig.pass(15 * minute, 5000);
    expect(calls).toBeGreaterThan(3);
    expect(calls).toBeLessThan(20);
  });

  test('a disk that is full does not stop a program whose lease was renewed', async () => {
    let full = false;
    await rig.boot({
      write: async (path, content) => {
        if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        await writeFileDurably(path, content);
      },
    });
    await rig.acquire(rig.use('viga'));
    full = true;
    await rig.pass(80 * minute, minute);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
    expect(rig.parts.state.get().notices).toMatchObject([{ id: 'license-disk', code: 'disk-full' }]);
    full = false;
    await rig.pass(6 * minute, minute);
    await becomes(() => expect(rig.parts.state.get().notices).toEqual([]));
  }, 30_000);

  test('a renewal that comes back after the lease was given back changes nothing', async () => {
    const use = rig.use('viga');
    await rig.acquire(use);
    let answer = () => {};
    rig.portal.after = (call) =>
      call.kind === 'renew' ? new Promise((resolve) => (answer = resolve)) : undefined;
    await rig.pass(5 * minute);
    await becomes(() => expect(count('renew')).toBe(1));
    await rig.licenses.release(use);
    await rig.pass(2000, 1000);
    await becomes(() => expect(count('release')).toBe(1));
    answer();
    await rig.pass(1000);
    expect(rig.portal.active()).toHaveLength(0);
    await becomes(async () => expect(await rig.record('viga')).toBeNull());
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'released', permit: 'none' });
  });
});

describe('giving back', () => {
  test('within 5 s after the last use of a floating product', async () => {
    const [first, second] = [rig.use('viga'), rig.use('viga')];
    await rig.acquire(first);
    await rig.acquire(second);
    await rig.licenses.release(first);
    await rig.pass(5000, 1000);
    expect(count('release')).toBe(0);
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
    expect(count('release')).toBe(0);
    await rig.pass(24 * 60 * minute, 30 * minute);
    await becomes(() => expect(count('renew')).toBe(1));
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' }),
    );
  }, 30_000);

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
    expect(count('acquire')).toBe(2);
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

describe('identity', () => {
  test('signing out ends what was held; a program that runs may open and save', async () => {
    await rig.acquire(rig.use('viga'));
    rig.session.identity = false;
    rig.session.emit('signed-out');
    await becomes(() =>
      expect(rig.heard.at(-1)?.license).toMatchObject({ state: 'needs-identity', permit: 'read-only' }),
    );
    expect(await rig.record('viga')).toBeNull();
  });

  test('a session ended by the portal ends what was held; after the next sign-in a program that runs has it again', async () => {
    await rig.acquire(rig.use('viga'));
    rig.session.identity = false;
    rig.session.emit('ended');
    await becomes(() =>
      expect(rig.heard.at(-1)?.license).toMatchObject({
        state: 'needs-identity',
        permit: 'read-only',
        reason: 'not-signed-in',
      }),
    );
    expect(await rig.record('viga')).toBeNull();
    rig.session.identity = true;
    rig.session.emit('ready');
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' }),
    );
  });

  test('C10: entering another company gives back the first one’s lease and takes one there', async () => {
    await rig.acquire(rig.use('viga'));
    rig.portal.account = randomUUID();
    rig.session.profile = { membership: { account: { id: rig.portal.account } } } as NonNullable<
      typeof rig.session.profile
    >;
    rig.session.emit('ready');
    await becomes(() => expect(count('acquire')).toBe(2));
    await becomes(() =>
      expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' }),
    );
    await rig.pass(30_000, 1000);
    expect(rig.portal.active().map(({ account }) => account)).toEqual([rig.portal.account]);
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

test('borrowing is refused where the portal does not lend', async () => {
  const use = rig.use('viga');
  await rig.acquire(use);
  await expect(rig.licenses.borrow(use, 7)).rejects.toMatchObject({ code: 'borrow-unavailable' });
  await expect(rig.licenses.returnBorrowed(use)).rejects.toMatchObject({ code: 'borrow-unavailable' });
});
