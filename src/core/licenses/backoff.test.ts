import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';

const limits = { first: 1000, most: 300_000 };
const almostOne = 1 - Number.EPSILON;

test('doubles from the first wait to the longest', () => {
  const tops = [1, 2, 3, 9, 10, 1000].map((failures) => backoff(failures, limits, () => almostOne));
  expect(tops).toEqual([999, 1999, 3999, 255_999, 299_999, 299_999]);
});

test('full jitter: from nothing to the top', () => {
  expect(backoff(5, limits, () => 0)).toBe(0);
  expect(backoff(5, limits, () => 0.5)).toBe(8000);
});

test('never before the time that the portal names, and spread after it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 100 }),
      fc.nat({ max: 3600 }),
      fc.double({ min: 0, max: almostOne, noNaN: true }),
      (failures, after, random) => {
        const wait = backoff(failures, limits, () => random, after);
        expect(wait).toBeGreaterThanOrEqual(after * 1000);
        expect(wait).toBeLessThanOrEqual(after * 1000 + limits.most);
      },
    ),
  );
});
