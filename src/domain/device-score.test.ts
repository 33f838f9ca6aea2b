import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Components, componentNames } from '../contract/primitives.ts';
import { componentWeights, deviceScore } from './device-score.ts';

const hash = (text: string) => text.padEnd(64, '0');
const whole: Components = Object.fromEntries(componentNames.map((name) => [name, hash('a')]));
const change = (...names: (typeof componentNames)[number][]): Components => ({
  ...whole,
  ...Object.fromEntries(names.map((name) => [name, hash('b')])),
});
const without = (from: Components, ...names: (typeof componentNames)[number][]): Components =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !(names as string[]).includes(name)));

describe('what people do to a computer', () => {
  test.each([
    ['nothing', whole, 'match', 100],
    ['an OS reinstall', change('machine'), 'match', 75],
    ['a new system disk with a reinstall', change('machine', 'disk'), 'match', 58],
    ['a board swap with its network card', change('smbios', 'board', 'network'), 'match', 50],
    ['a board swap and another processor', change('smbios', 'board', 'network', 'cpu'), 'drift', 41],
    ['a clone of the disk on another machine', change('smbios', 'board', 'disk', 'network'), 'mismatch', 33],
    [
      'the same clone on the same processor line, machine id made anew',
      change('machine', 'smbios', 'board', 'disk', 'network'),
      'mismatch',
      8,
    ],
  ] as const)('%s', (_what, now, verdict, score) => {
    expect(deviceScore(whole, now)).toMatchObject({ verdict, score });
  });

  test('40 % is still a drift, below it a mismatch', () => {
    const five = without(whole, 'machine', 'smbios', 'cpu');
    expect(deviceScore(five, { ...five, disk: hash('b'), network: hash('b') })).toMatchObject({
      verdict: 'drift',
      score: 40,
    });
    const eight = without(whole, 'machine', 'cpu');
    expect(deviceScore(eight, { ...eight, smbios: hash('b'), board: hash('b') })).toMatchObject({
      verdict: 'mismatch',
      score: 37,
    });
  });
});

test('each component says what became of it', () => {
  const before = without(whole, 'network');
  const now = without(change('board'), 'disk');
  expect(deviceScore(before, now).components).toEqual([
    { name: 'machine', change: 'same' },
    { name: 'smbios', change: 'same' },
    { name: 'board', change: 'changed' },
    { name: 'disk', change: 'missing' },
    { name: 'cpu', change: 'same' },
    { name: 'network', change: 'new' },
  ]);
});

test('nothing readable at activation: the device key alone decides', () => {
  expect(deviceScore({}, whole)).toMatchObject({ verdict: 'unknown', score: null });
  expect(deviceScore({}, {})).toMatchObject({ verdict: 'unknown', score: null, components: [] });
});

test('nothing readable now: taken for the same device only until it is rebound', () => {
  expect(deviceScore(whole, {})).toMatchObject({ verdict: 'drift', score: null });
});

describe('properties', () => {
  const components = fc
    .record(
      Object.fromEntries(
        componentNames.map((name) => [
          name,
          fc.option(fc.constantFrom(hash('a'), hash('b')), { nil: undefined }),
        ]),
      ),
    )
    .map(
      (all): Components => Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)),
    );
  const rank = { mismatch: 0, drift: 1, match: 2, unknown: 2 };

  test('the same machine matches', () => {
    fc.assert(
      fc.property(components, (some) => {
        expect(deviceScore(some, some).verdict).toBe(Object.keys(some).length === 0 ? 'unknown' : 'match');
      }),
    );
  });

  test('one more change never makes it better', () => {
    fc.assert(
      fc.property(components, components, fc.constantFrom(...componentNames), (before, now, name) => {
        fc.pre(now[name] !== undefined && now[name] === before[name]);
        const worse = deviceScore(before, { ...now, [name]: hash('c') });
        expect(rank[worse.verdict]).toBeLessThanOrEqual(rank[deviceScore(before, now).verdict]);
      }),
    );
  });

  test('components that appear later change nothing', () => {
    fc.assert(
      fc.property(components, components, fc.constantFrom(...componentNames), (before, now, name) => {
        fc.pre(before[name] === undefined);
        const more = deviceScore(before, { ...now, [name]: hash('c') });
        expect(more.score).toBe(deviceScore(without(before, name), without(now, name)).score);
      }),
    );
  });

  test('hiding what was recorded never makes a match of most of the weight gone', () => {
    fc.assert(
      fc.property(components, components, (before, now) => {
        const weight = (name: (typeof componentNames)[number]) =>
          before[name] === undefined ? 0 : componentWeights[name];
        const recorded = componentNames.reduce((sum, name) => sum + weight(name), 0);
        const readable = componentNames.reduce(
          (sum, name) => sum + (now[name] === undefined ? 0 : weight(name)),
          0,
        );
        if (deviceScore(before, now).verdict === 'match')
          expect(readable * 2).toBeGreaterThanOrEqual(recorded);
      }),
    );
  });
});
