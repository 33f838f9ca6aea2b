import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { becomes } from '../../../test/support/becomes.ts';
import { receiptOf } from '../../../test/support/documents.ts';

const minute = 60_000;
let rig: LicensingRig;
beforeEach(async () => {
  rig = await createLicensingRig();
  rig.portal.named.add('portico');
});
afterEach(() => rig.remove());

const permits = () => rig.heard.map(({ license }) => license.permit);
const states = () => rig.heard.map(({ license: { state, permit } }) => `${state} ${permit}`);

/** The portal ends the session, and what is held runs on. */
async function lapse(product: string): Promise<void> {
  rig.session.identity = false;
  rig.session.emit('lapsed');
  await becomes(async () => expect((await rig.record(product))?.right?.lapsedAt).toBeTruthy());
}

function signIn(): void {
  rig.session.identity = true;
  rig.session.emit('ready');
}

describe('a session that ends without taking the right', () => {
  test('a program runs on for 60 min after the last renewal, counts down 15, then may open and save', async () => {
    await rig.acquire(rig.use('viga'));
    rig.heard.length = 0;
    await lapse('viga');
    await rig.pass(75 * minute, minute);
    expect(states()).toEqual(['run-on full', 'read-only read-only']);
    expect(rig.heard.at(-1)?.license.reason).toBe('session-ended');
    expect(rig.portal.calls.map(({ kind }) => kind)).toEqual(['acquire']);
    expect(rig.ports.opener.windows).toEqual(['notice']);
  });

  test('nobody is interrupted where no program holds anything', async () => {
    const use = rig.use('portico');
    await rig.acquire(use);
    await rig.licenses.release(use);
    await lapse('portico');
    expect(rig.ports.opener.windows).toEqual([]);
  });

  test('signing in within that time: never below full, and the lease that the portal kept goes on', async () => {
    await rig.acquire(rig.use('viga'));
    const before = (await rig.record('viga'))?.right;
    await lapse('viga');
    await rig.pass(10 * minute, minute);
    signIn();
    await becomes(async () => {
      const right = (await rig.record('viga'))?.right;
      expect(right).toMatchObject({ leaseId: before?.leaseId, lapsedAt: null });
      expect(right?.document).not.toBe(before?.document);
    });
    await rig.pass(2 * 60 * minute, 5 * minute);
    expect(permits()).not.toContain('read-only');
  });

  test('the portal ended the leases: the one in use is regained, the others are forgotten without a word', async () => {
    const idle = rig.use('portico');
    await rig.acquire(idle);
    await rig.licenses.release(idle);
    await rig.acquire(rig.use('viga'));
    const before = (await rig.record('viga'))?.right;
    rig.heard.length = 0;
    rig.portal.forget('viga');
    rig.portal.forget('portico');
    await lapse('viga');
    await rig.pass(50 * minute, minute);
    signIn();
    await becomes(async () => {
      const right = (await rig.record('viga'))?.right;
      expect(right).toBeTruthy();
      expect(right?.leaseId).not.toBe(before?.leaseId);
      expect(await rig.record('portico')).toBeNull();
    });
    expect(permits()).not.toContain('read-only');
    expect(states().join()).not.toContain('revoked');
    expect(rig.parts.state.get().licenses?.map(({ product }) => product)).toEqual(['viga']);
    expect(rig.parts.state.get().notices).toEqual([]);
  });

  test('a pass runs on as long, counted from when it was heard, over a restart', async () => {
    await rig.acquire(rig.use('portico'));
    await lapse('portico');
    await rig.pass(30 * minute, 5 * minute);
    await rig.boot();
    const use = rig.use('portico');
    expect(await rig.acquire(use)).toMatchObject({
      state: 'run-on',
      permit: 'full',
      reason: 'session-ended',
    });
    await rig.pass(45 * minute, 5 * minute);
    expect(rig.licenses.status('portico')).toMatchObject({ state: 'read-only', reason: 'session-ended' });
  });

  test('a right that is found with nobody signed in runs on from then', async () => {
    await rig.acquire(rig.use('portico'));
    await rig.licenses.stop();
    rig.session.identity = false;
    await rig.boot();
    expect(rig.licenses.status('portico')).toMatchObject({
      state: 'run-on',
      until: new Date(rig.ports.clock.now() + 75 * minute).toISOString(),
    });
  });
});

describe('a session that ends with the right', () => {
  test('at once: a program may open and save', async () => {
    await rig.acquire(rig.use('viga'));
    rig.session.identity = false;
    rig.session.emit('ended');
    await becomes(() => expect(permits().at(-1)).toBe('read-only'));
    expect(await rig.record('viga')).toBeNull();
  });

  test('another person signs in: nothing of the first one counts, and programs that run ask anew', async () => {
    await rig.acquire(rig.use('viga'));
    const before = (await rig.record('viga'))?.right;
    rig.session.emit('replaced');
    await becomes(async () => {
      const right = (await rig.record('viga'))?.right;
      expect(right).toBeTruthy();
      expect(right?.leaseId).not.toBe(before?.leaseId);
    });
    expect(rig.portal.calls.map(({ kind }) => kind)).toEqual(['acquire', 'acquire']);
  });

  test('what comes one after the other is done one after the other', async () => {
    await rig.acquire(rig.use('viga'));
    rig.session.identity = false;
    rig.session.emit('ended');
    rig.session.identity = true;
    rig.session.emit('ready');
    await becomes(async () => expect((await rig.record('viga'))?.right).toBeTruthy());
    await rig.pass(1000, 100);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'active', permit: 'full' });
  });
});

describe('what is borrowed when a session ends', () => {
  /** The lease that was borrowed, and a program that runs with it. */
  async function borrowed(): Promise<string> {
    rig.portal.seats.set('viga', 1);
    const use = rig.use('viga');
    await rig.acquire(use);
    await rig.licenses.borrow('viga', 7, use);
    rig.portal.calls.length = 0;
    rig.heard.length = 0;
    return (await rig.record('viga'))?.right?.leaseId ?? '';
  }

  test('without taking the right: it goes to its own end', async () => {
    await borrowed();
    await lapse('viga');
    await rig.pass(3 * 60 * minute, 5 * minute);
    expect(rig.licenses.status('viga')).toMatchObject({ state: 'borrowed', permit: 'full' });
    expect(states()).toEqual([]);
  });

  test.each(['ended', 'signed-out'] as const)(
    '%s: at once, and the place goes back by receipt',
    async (event) => {
      const lease = await borrowed();
      rig.portal.fault = 'network-offline';
      rig.session.identity = false;
      rig.session.emit(event);
      await becomes(() => expect(states()).toEqual(['needs-identity read-only']));
      const record = await rig.record('viga');
      expect(record).toMatchObject({ right: null, returned: [lease] });
      expect(record?.receipts.map(receiptOf)).toMatchObject([{ kind: 'borrow', right: lease }]);
      expect(rig.portal.active()).toHaveLength(1);
      rig.portal.fault = null;
      await rig.pass(5 * minute, 5000);
      await becomes(() => expect(rig.portal.active()).toEqual([]));
      await becomes(async () => expect(await rig.record('viga')).toBeNull());
    },
  );

  test('another person, another company, standalone: the place goes back, and programs ask anew', async () => {
    for (const change of ['person', 'company', 'standalone']) {
      await borrowed();
      if (change === 'person') rig.session.emit('replaced');
      if (change === 'company') {
        const account = { id: '0195b0a0-0000-7000-8000-0000000000ff' };
        rig.session.profile = { membership: { account } } as NonNullable<typeof rig.session.profile>;
        rig.portal.account = account.id;
        rig.session.emit('ready');
      }
      if (change === 'standalone') {
        rig.session.mode = 'standalone';
        rig.session.emit('signed-out');
        await rig.pass(10_000, 1000);
        await becomes(() => expect(rig.portal.active(), change).toEqual([]));
        continue;
      }
      await becomes(async () => expect((await rig.record('viga'))?.right?.kind, change).toBe('lease'));
      expect(
        rig.portal.calls.map(({ kind }) => kind),
        change,
      ).toEqual(['deactivate', 'acquire']);
    }
    expect(rig.portal.peak.get('viga')).toBe(1);
  });

  test('everything goes back: told by receipt', async () => {
    await borrowed();
    await rig.licenses.giveBackAll();
    expect(rig.portal.calls.map(({ kind }) => kind)).toEqual(['deactivate']);
    expect(rig.portal.active()).toEqual([]);
  });
});
