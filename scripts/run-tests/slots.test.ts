import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSlots } from './slots.ts';

test('never fills more than there are, runs every job, and keeps the order of starting', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(fc.record({ width: fc.integer({ min: 1, max: 5 }), turns: fc.nat(3), fails: fc.boolean() })),
      async (total, jobs) => {
        const inSlot = createSlots(total);
        const started: number[] = [];
        let busy = 0;
        const results = await Promise.allSettled(
          jobs.map(({ width, turns, fails }, index) =>
            inSlot(width, async () => {
              started.push(index);
              busy += Math.min(width, total);
              expect(busy).toBeLessThanOrEqual(total);
              for (let turn = 0; turn < turns; turn += 1) await Promise.resolve();
              busy -= Math.min(width, total);
              if (fails) throw new Error('as asked');
            }),
          ),
        );
        expect(started).toEqual(jobs.map((_, index) => index));
        expect(results.map(({ status }) => status)).toEqual(
          jobs.map(({ fails }) => (fails ? 'rejected' : 'fulfilled')),
        );
      },
    ),
  );
});
