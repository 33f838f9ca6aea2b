import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ReplayWindow } from './replay-window.ts';

const window = 60_000;

test('a value is taken once', () => {
  const seen = new ReplayWindow(window);
  expect(seen.add('a', 0, 0)).toBe(true);
  expect(seen.add('a', 0, 0)).toBe(false);
  expect(seen.add('b', 0, 0)).toBe(true);
});

test('property: within the time in which a value is good it is never taken twice', () => {
  const moment = fc.record({
    id: fc.integer({ min: 0, max: 5 }),
    later: fc.integer({ min: 0, max: 40_000 }),
    skew: fc.integer({ min: -window, max: window }),
  });
  fc.assert(
    fc.property(fc.array(moment, { maxLength: 60 }), (moments) => {
      const seen = new ReplayWindow(window);
      const madeAt = new Map<number, number>();
      const taken = new Set<number>();
      let now = 1_000_000;
      for (const { id, later, skew } of moments) {
        now += later;
        // A repetition says the same time as the first, because that time is signed.
        const at = madeAt.get(id) ?? now + skew;
        madeAt.set(id, at);
        const good = Math.abs(now - at) <= window;
        expect(seen.add(String(id), at, now)).toBe(good && !taken.has(id));
        if (good) taken.add(id);
      }
    }),
  );
});

test('memory stays bounded under a flood, and the newest values are kept', () => {
  const seen = new ReplayWindow(window, 100);
  for (let index = 0; index < 1000; index += 1) expect(seen.add(`v${index}`, 0, 0)).toBe(true);
  for (let index = 900; index < 1000; index += 1) expect(seen.add(`v${index}`, 0, 0)).toBe(false);
});
