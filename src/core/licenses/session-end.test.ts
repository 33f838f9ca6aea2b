import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { becomes, createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';

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
