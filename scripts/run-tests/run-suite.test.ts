import { expect, test } from 'vitest';
import { emptyReport } from './report.ts';
import { judge } from './run-suite.ts';

const suite = { name: 'e2e', include: ['test/e2e/**/*.test.ts'] };
const skipped = [{ test: 'a', reason: 'no display' }];

test('a clean report stands as it is, also when every test was skipped with its reason', () => {
  expect(judge(suite, 0, { ...emptyReport, passed: 2 })).toEqual({ ...emptyReport, passed: 2 });
  expect(judge(suite, 0, { ...emptyReport, skipped })).toEqual({ ...emptyReport, skipped });
});

test.each([
  ['crashed before it could report', 'SIGSEGV', undefined, 'ended with SIGSEGV and without a report'],
  ['found no test', 1, emptyReport, 'ran no test: nothing matches test/e2e/**/*.test.ts'],
  [
    'found no test and is content with that',
    0,
    emptyReport,
    'ran no test: nothing matches test/e2e/**/*.test.ts',
  ],
  [
    'ends badly after a clean report',
    1,
    { ...emptyReport, passed: 2 },
    'every test passed, yet it ended with 1',
  ],
] as const)('a suite that %s has failed', (_, code, report, message) => {
  expect(judge(suite, code, report).failed).toEqual([{ test: 'e2e', message }]);
});

test('failures that the tests named are not told twice', () => {
  const failed = [{ test: 'a', message: 'not so' }];
  expect(judge(suite, 1, { ...emptyReport, passed: 1, failed })).toEqual({
    ...emptyReport,
    passed: 1,
    failed,
  });
});
