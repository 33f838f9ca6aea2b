import fc from 'fast-check';
import { expect, test } from 'vitest';
import { wholeDays } from './whole-days.ts';

test.each([
  ['7', 7],
  [' 14 ', 14],
  ['1', 1],
  ['', null],
  [' ', null],
  ['0', null],
  ['15', null],
  ['2.5', null],
  ['-3', null],
  ['tres', null],
])('%j of 1 to 14 is %j', (typed, days) => {
  expect(wholeDays(typed, 1, 14)).toBe(days);
});

test('whatever is typed, what comes of it is a whole number within the limits', () => {
  fc.assert(
    fc.property(fc.string(), (typed) => {
      const days = wholeDays(typed, 0, 30);
      expect(days === null || (Number.isInteger(days) && days >= 0 && days <= 30)).toBe(true);
    }),
  );
});
