import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';
import { writeFileDurably } from '../write-file-durably.ts';

const minute = 60_000;
let rig: LicensingRig;
beforeEach(async () => {
  rig = await createLicensingRig();
});
afterEach(() => rig.remove());

describe('renewal', () => {
  test('one call for every lease of the device, when the portal said', async () => {
    await rig.acquire(rig.use('viga'));
    await rig.acquire(rig.use('portico'));
    await rig.pass(5 * minute - 1000);
    expect(rig.portal.count('renew')).toBe(0);
    await rig.pass(1000);
    await becomes(() => expect(rig.portal.count('renew')).toBe(1));
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
  });

  test('failures wait longer and longer, and never less than the portal asks', async () => {
    await rig.acquire(rig.use('viga'));
    rig.portal.fault = 'unavailable';
    rig.portal.faultData = { retryAfter: 120 };
    await rig.pass(5 * minute, 5000);
    expect(rig.portal.count('renew')).toBe(1);
    await rig.pass(2 * minute, 5000);
    expect(rig.portal.count('renew')).toBe(1);
    await rig.pass(5000, 5000);
    await becomes(() => expect(rig.portal.count('renew')).toBe(2));
    rig.portal.faultData = undefined;
    rig.portal.fault = 'network-offline';
    await rig.pass(30 * minute, 5000);
    const calls = rig.portal.count('renew');
    expect(calls).toBeGreaterThan(8);
    expect(calls).toBeLessThan(30);
  });

  test('whoever reaches the portal first wakes the renewal that waits', async () => {
    await rig.acquire(rig.use('viga'));
    rig.portal.fault = 'network-offline';
    await rig.pass(15 * minute);
    const before = rig.portal.count('renew');
    rig.portal.fault = null;
    rig.portal.tell({ ok: true, serverTime: rig.ports.clock.now(), serves: false });
    await rig.pass(1000, 500);
    expect(rig.portal.count('renew'), 'it said that it serves nobody now').toBe(before);
    rig.portal.tell({ ok: true, serverTime: rig.ports.clock.now(), serves: true });
    await rig.pass(1000, 500);
    await becomes(() => expect(rig.portal.count('renew')).toBe(before + 1));
  });

  test('a machine that joins another network tries the renewal that waits within seconds', async () => {
    const offline = { state: 'offline', since: null, problem: null } as const;
    rig.parts.state.update({ connection: offline });
    await rig.acquire(rig.use('viga'));
    rig.portal.fault = 'network-offline';
    await rig.pass(15 * minute);
    const before = rig.portal.count('renew');
    rig.portal.fault = null;
    await rig.pass(6000, 500);
    expect(rig.portal.count('renew'), 'the same network').toBe(before);
    rig.ports.hardware.network = 'wlan0 198.51.100.20/24';
    await rig.pass(6000, 500);
    await becomes(() => expect(rig.portal.count('renew')).toBe(before + 1));
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'active' });
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
    expect(rig.portal.count('acquire')).toBe(2);
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
    await becomes(() => expect(rig.portal.count('renew')).toBe(1));
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
    expect(rig.portal.count('acquire')).toBe(1);
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
      borrowDays: 0,
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
        borrowDays: 0,
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
  });

  test('a renewal that comes back after the lease was given back changes nothing', async () => {
    const use = rig.use('viga');
    await rig.acquire(use);
    let answer = () => {};
    rig.portal.after = (call) =>
      call.kind === 'renew' ? new Promise((resolve) => (answer = resolve)) : undefined;
    await rig.pass(5 * minute);
    await becomes(() => expect(rig.portal.count('renew')).toBe(1));
    await rig.licenses.release(use);
    await rig.pass(2000, 1000);
    await becomes(() => expect(rig.portal.count('release')).toBe(1));
    answer();
    await rig.pass(1000);
    expect(rig.portal.active()).toHaveLength(0);
    await becomes(async () => expect(await rig.record('viga')).toBeNull());
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'released', permit: 'none' });
  });
});
