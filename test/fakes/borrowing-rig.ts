import { expect } from 'vitest';
import type { Use } from '../../src/contract/client/state.ts';
import { createLicensingRig, type LicensingRig } from './licensing-rig.ts';

/** A company with one seat of Viga. */
export async function createBorrowingRig(): Promise<LicensingRig> {
  const rig = await createLicensingRig();
  rig.portal.seats.set('viga', 1);
  return rig;
}

/** Whatever the test did, its one seat was never given to two. */
export async function endBorrowingRig(rig: LicensingRig): Promise<void> {
  expect(rig.portal.peak.get('viga') ?? 0).toBeLessThanOrEqual(1);
  await rig.remove();
}

/** What tests of borrowing do, on the rig of the test that runs. */
export function borrowingSteps(rig: () => LicensingRig) {
  async function run(program = 'viga'): Promise<Use> {
    const use = rig().use(program);
    await rig().acquire(use);
    return use;
  }
  return {
    kinds: () => rig().portal.calls.map(({ kind }) => kind),
    states: () => rig().heard.map(({ license: { state, permit } }) => `${state} ${permit}`),
    run,
    /** A program runs with a lease that was borrowed; what was heard and asked so far does not count. */
    async borrowed(days = 7): Promise<Use> {
      const use = await run();
      await rig().licenses.borrow('viga', days, use);
      rig().heard.length = 0;
      rig().portal.calls.length = 0;
      return use;
    },
    /** From now the portal lends, and its answer stays out until it is lost by the function returned. */
    holdAnswer(): () => void {
      let lose = () => {};
      rig().portal.after = ({ kind }) => {
        if (kind !== 'borrow') return undefined;
        return new Promise((_resolve, reject) => {
          lose = () => reject(new Error('socket hang up'));
        });
      };
      return () => lose();
    },
  };
}
