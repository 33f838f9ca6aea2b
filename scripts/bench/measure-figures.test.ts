import { expect, test } from 'vitest';
import { atLeast, atMost, below, type Goals, type Run } from '../../test/bench/figure.ts';
import { measureFigures } from './measure-figures.ts';

const figures: Goals = {
  half: atMost(3, 'ms', 'a bare echo'),
  most: below(5, 'ms', 'absolute'),
  rate: atLeast(0.4, '1/s', 'raw SQL'),
};
const measured = { half: { value: 4, limit: 1 }, most: { value: 4 }, rate: { value: 2, limit: 4 } };

/** Two measurements: `half` and `most` come together. */
function createBench() {
  const ran: string[] = [];
  const run: Run<Goals> = async (asks) => {
    if (asks('half', 'most')) ran.push('together');
    if (asks('rate')) ran.push('apart');
    return {
      ...(asks('half', 'most') && { half: measured.half, most: measured.most }),
      ...(asks('rate') && { rate: measured.rate }),
    };
  };
  return { ran, bench: { figures, run } };
}

test('a figure alone: its own measurement runs, and what comes with it is not said', async () => {
  const { ran, bench } = createBench();
  expect(await measureFigures(bench, ['most'])).toEqual([
    { name: 'most', value: 4, unit: 'ms', limit: 5, ratio: 0.8, goal: '<= 5 ms (absolute)', ok: true },
  ]);
  expect(ran).toEqual(['together']);
});

test('all figures come in the order of their names, each judged by its goal', async () => {
  const { ran, bench } = createBench();
  expect(await measureFigures(bench, Object.keys(figures))).toMatchObject([
    { name: 'half', limit: 1, ratio: 4, goal: '<= 3x of a bare echo', ok: false },
    { name: 'most', ok: true },
    { name: 'rate', limit: 4, ratio: 0.5, goal: '>= 0.4x of raw SQL', ok: true },
  ]);
  expect(ran).toEqual(['together', 'apart']);
});

test.each([
  ['a figure that is named and was not measured', {}, 'rate was asked for'],
  ['a limit that was not measured', { rate: { value: 1 } }, 'rate was asked for'],
  ['a measured one that the file does not name', { ...measured, other: { value: 1 } }, 'other was measured'],
])('%s is an error', async (_case, result, message) => {
  await expect(measureFigures({ figures, run: async () => result }, ['rate'])).rejects.toThrow(message);
});
