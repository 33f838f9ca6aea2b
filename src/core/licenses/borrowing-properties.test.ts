import fc from 'fast-check';
import { expect, test } from 'vitest';
import { testStart } from '../../../test/fakes/clock.ts';
import { createLicensingRig, type LicensingRig } from '../../../test/fakes/licensing-rig.ts';
import { receiptOf } from '../../../test/support/documents.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

/** Requests and answers take their time, so that later ones overtake them. */
async function inTransit({ portal }: LicensingRig): Promise<void> {
  const ticks = (portal.calls.length * 7) % 12;
  for (let tick = 0; tick < ticks; tick++) await new Promise((resolve) => setImmediate(resolve));
}

async function setClock(rig: LicensingRig, off: number): Promise<void> {
  const { clock } = rig.ports;
  clock.jump(testStart + clock.sinceBoot() + off - clock.now());
  await rig.pass(minute);
}

/** What people, programs, networks and portals do, in any order. */
const deeds = {
  acquire: async (rig: LicensingRig) => {
    await rig.acquire(rig.use('viga'), { interactive: false }).catch(() => undefined);
  },
  end: async (rig: LicensingRig) => {
    for (const use of rig.parts.state.get().uses) await rig.licenses.release(use);
  },
  borrow: (rig: LicensingRig) => rig.licenses.borrow('viga', 2).catch(() => undefined),
  giveBack: (rig: LicensingRig) => rig.licenses.returnBorrowed('viga').catch(() => undefined),
  /** Both at once, with the program's end. */
  hurry: async (rig: LicensingRig) => {
    const [use] = rig.parts.state.get().uses;
    const renewed = rig.licenses.renewNow();
    const all = [deeds.borrow(rig), renewed, deeds.giveBack(rig), deeds.borrow(rig)];
    if (use !== undefined) all.push(rig.licenses.release(use));
    await Promise.allSettled(all);
  },
  unplug: async (rig: LicensingRig) => {
    rig.portal.fault = 'network-offline';
  },
  plug: async (rig: LicensingRig) => {
    rig.portal.fault = null;
  },
  /** Until `find` no answer comes. */
  lose: async (rig: LicensingRig) => {
    rig.portal.after = async () => {
      await inTransit(rig);
      throw new Error('socket hang up');
    };
  },
  /** Until `find` no receipt arrives, while everything else does. */
  mute: async (rig: LicensingRig) => {
    rig.portal.before = async ({ kind }) => {
      await inTransit(rig);
      if (kind === 'deactivate') throw new Error('socket hang up');
    };
  },
  find: async (rig: LicensingRig) => {
    rig.portal.before = () => inTransit(rig);
    rig.portal.after = () => inTransit(rig);
  },
  restart: (rig: LicensingRig) => rig.licenses.stop().then(() => rig.boot()),
  signOut: async (rig: LicensingRig) => {
    rig.session.identity = false;
    rig.session.emit('signed-out');
    rig.portal.forget('viga');
    await rig.pass(1000);
  },
  signIn: async (rig: LicensingRig) => {
    rig.session.identity = true;
    rig.session.emit('ready');
    await rig.pass(1000);
  },
  recall: async (rig: LicensingRig) => rig.portal.reclaim('viga'),
  another: async (rig: LicensingRig) => void rig.portal.occupy('viga'),
  aWhile: (rig: LicensingRig) => rig.pass(6 * minute, minute),
  aDay: async (rig: LicensingRig) => {
    rig.ports.clock.suspend(day);
    await rig.pass(minute);
  },
  /** Somebody sets the clock, or its battery is empty; the portal's time goes on. */
  monthAhead: (rig: LicensingRig) => setClock(rig, 31 * day),
  monthsBack: (rig: LicensingRig) => setClock(rig, -62 * day),
  rightTime: (rig: LicensingRig) => setClock(rig, 0),
} as const;
/** Leases that this device has, or whose receipt it keeps. */
function lettingGoOf(record: Awaited<ReturnType<LicensingRig['record']>>): string[] {
  const receipts = record?.receipts.map((receipt) => receiptOf(receipt).right) ?? [];
  return [record?.right?.leaseId ?? '', ...receipts];
}

type Deed = keyof typeof deeds;

test('whatever happens: never more than the pool has, no borrowed right without its place or place without right or receipt, and none beside its receipt', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom(...(Object.keys(deeds) as Deed[])), { minLength: 4, maxLength: 20 }),
      async (life) => {
        const rig = await createLicensingRig({ portalKeepsTime: true });
        rig.portal.seats.set('viga', 1);
        try {
          await deeds.find(rig);
          await deeds.acquire(rig);
          await deeds.borrow(rig);
          for (const deed of life) {
            await deeds[deed](rig);
            const record = await rig.record('viga');
            const right = record?.right ?? null;
            const told = `after ${deed}`;
            expect(rig.portal.peak.get('viga'), told).toBe(1);
            // Only what the portal counts as borrowed is lost for days where nothing here can give it back.
            for (const { id, kind } of rig.portal.active())
              if (kind === 'borrow') expect(lettingGoOf(record), told).toContain(id);
            if (right === null) continue;
            for (const receipt of record?.receipts ?? [])
              expect(receiptOf(receipt).right, told).not.toBe(right.leaseId);
            const places = rig.portal.active().map(({ id }) => id);
            const isRunning = rig.licenses.status('viga').state === 'borrowed';
            if (right.kind === 'borrow' && isRunning) expect(places, told).toContain(right.leaseId);
          }
        } finally {
          await deeds.find(rig);
          await rig.remove();
        }
      },
    ),
    { numRuns: 60 },
  );
});
