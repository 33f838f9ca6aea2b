import { expect, test } from 'vitest';
import { emptyReport } from './report.ts';
import { summarize } from './summary.ts';

test('sums over all suites in the last line and names what was skipped by its reason', () => {
  const { lines, ok } = summarize([
    { suite: 'unit', ...emptyReport, passed: 3, skipped: [{ test: 'a', reason: 'no display' }] },
    {
      suite: 'e2e',
      ...emptyReport,
      passed: 2,
      skipped: [
        { test: 'b', reason: 'no display' },
        { test: 'c', reason: 'no keyring' },
      ],
    },
  ]);
  expect(ok).toBe(true);
  expect(lines).toEqual([
    'Skipped:',
    '  no display:',
    '    unit: a',
    '    e2e: b',
    '  no keyring:',
    '    e2e: c',
    '',
    '5 passed, 0 failed, 3 skipped',
  ]);
});

test('one failure anywhere fails the run and is named with the first line of its message', () => {
  const { lines, ok } = summarize([
    { suite: 'unit', ...emptyReport, passed: 3 },
    { suite: 'e2e', ...emptyReport, failed: [{ test: 'a', message: 'not so\n  at line 3' }] },
  ]);
  expect(ok).toBe(false);
  expect(lines).toEqual(['Failed:', '  e2e: a', '    not so', '', '3 passed, 1 failed, 0 skipped']);
});

test('a clean run is one line', () => {
  expect(summarize([{ suite: 'unit', ...emptyReport, passed: 1 }]).lines).toEqual([
    '1 passed, 0 failed, 0 skipped',
  ]);
});
