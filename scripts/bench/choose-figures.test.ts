import { expect, test } from 'vitest';
import { below, type Goals, type Run } from '../../test/bench/figure.ts';
import { chooseFigures } from './choose-figures.ts';

const run: Run<Goals> = () => {
  throw new Error('measured');
};
const goal = below(1, 'ms', 'absolute');
const benches = {
  window: { figures: { size: goal, time: goal }, run },
  start: { figures: { start: goal, 'start-cold': goal }, run },
};

test.each([
  ['a figure', 'time', [{ file: 'window', names: ['time'] }]],
  ['a file: all of its figures', 'window', [{ file: 'window', names: ['size', 'time'] }]],
  ['a figure called as its file: that one', 'start', [{ file: 'start', names: ['start'] }]],
  [
    'no name: all there are',
    undefined,
    [
      { file: 'window', names: ['size', 'time'] },
      { file: 'start', names: ['start', 'start-cold'] },
    ],
  ],
  ['an unknown name: nothing', 'speed', []],
  ['what every object has: nothing', 'constructor', []],
])('%s', (_case, only, chosen) => {
  expect(chooseFigures(benches, only)).toEqual(chosen);
});
