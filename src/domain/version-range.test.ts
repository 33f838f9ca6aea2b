import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareVersions, isVersionCovered } from './version-range.ts';

test.each([
  ['2026.1', {}, true],
  ['2026.1', { from: '2026.1' }, true],
  ['2026.0.9', { from: '2026.1' }, false],
  ['2026.10', { from: '2026.9' }, true],
  ['2027.4', { to: '2027' }, true],
  ['2028', { to: '2027' }, false],
  ['2027.1.3', { to: '2027.1' }, true],
  ['2027.2', { to: '2027.1' }, false],
  ['2027', { from: '2026', to: '2027.1' }, true],
] as const)('%s in %o: %s', (version, range, covered) => {
  expect(isVersionCovered(version, range)).toBe(covered);
});

test('the order is total and equal to its reverse', () => {
  const version = fc
    .array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 4 })
    .map((parts) => parts.join('.'));
  fc.assert(
    fc.property(version, version, version, (a, b, c) => {
      expect(Math.sign(compareVersions(a, b))).toBe(0 - Math.sign(compareVersions(b, a)));
      if (compareVersions(a, b) <= 0 && compareVersions(b, c) <= 0)
        expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      expect(isVersionCovered(a, { from: a, to: a })).toBe(true);
    }),
  );
});
