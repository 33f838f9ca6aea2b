import type { Report } from './report.ts';

export interface NamedReport extends Report {
  readonly suite: string;
}

/** The end of a run: what failed, what was skipped and why, and as its last line the sums over all suites. */
export function summarize(reports: readonly NamedReport[]): { lines: string[]; ok: boolean } {
  const failed = reports.flatMap(({ suite, failed: failures }) =>
    failures.flatMap(({ test, message }) => [`  ${suite}: ${test}`, `    ${message.split('\n')[0]}`]),
  );
  const skipped = Map.groupBy(
    reports.flatMap((report) => report.skipped.map((skip) => ({ suite: report.suite, ...skip }))),
    ({ reason }) => reason,
  );
  const lines: string[] = [];
  if (failed.length > 0) lines.push('Failed:', ...failed, '');
  if (skipped.size > 0) lines.push('Skipped:');
  for (const [reason, skips] of skipped) {
    lines.push(`  ${reason}:`, ...skips.map(({ suite, test }) => `    ${suite}: ${test}`));
  }
  if (skipped.size > 0) lines.push('');
  lines.push(
    counts({
      passed: sum(reports.map((report) => report.passed)),
      failed: sum(reports.map((report) => report.failed.length)),
      skipped: sum(reports.map((report) => report.skipped.length)),
    }),
  );
  return { lines, ok: failed.length === 0 };
}

/** One line as `12 passed, 0 failed, 1 skipped`. */
export function counts(numbers: { passed: number; failed: number; skipped: number }): string {
  return `${numbers.passed} passed, ${numbers.failed} failed, ${numbers.skipped} skipped`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
