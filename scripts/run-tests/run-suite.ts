import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Suite } from '../suites.ts';
import { surroundingsOf } from './launch.ts';
import { failedReport, type Report } from './report.ts';
import { runProcess } from './run-process.ts';

const reportSchema = z.object({
  passed: z.number(),
  failed: z.array(z.object({ test: z.string(), message: z.string() })),
  skipped: z.array(z.object({ test: z.string(), reason: z.string() })),
});

/** A suite that takes longer than this hangs. The whole run is meant for ten minutes; a busy machine takes more. */
const suiteTimeout = 1_500_000; // ms

export interface SuiteRun {
  readonly report: Report;
  /** What vitest printed; worth reading when something failed. */
  readonly output: string;
}

/** Node keeps compiled code here: several hundred processes of a run load the same sources, which takes each up to half a second. */
const compileCache = 'node_modules/.cache/compiled';

/** Runs one suite in a vitest process of its own. */
export async function runSuite(suite: Suite, root: string): Promise<SuiteRun> {
  const folder = await mkdtemp(join(tmpdir(), `aldaba-suite-${suite.name}-`));
  try {
    const file = join(folder, 'report.json');
    const { command, env } = surroundingsOf(suite, folder);
    const vitest = [
      process.execPath,
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      `--project=${suite.name}`,
      '--reporter=default',
      `--reporter=${join(root, 'scripts/run-tests/reporter.ts')}`,
      '--allowOnly=false',
    ];
    const { code, output } = await runProcess([...command, ...vitest], {
      cwd: root,
      env: {
        ...process.env,
        NODE_COMPILE_CACHE: join(root, compileCache),
        ...env,
        ALDABA_TEST_REPORT: file,
      },
      signal: AbortSignal.timeout(suiteTimeout),
    });
    return { report: judge(suite, code, await readReport(file)), output };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function readReport(file: string): Promise<Report | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  return text === undefined ? undefined : reportSchema.parse(JSON.parse(text));
}

/** A suite must have run at least one test, and must not end badly with a clean report. */
export function judge(
  suite: Pick<Suite, 'name' | 'include'>,
  code: number | string,
  report: Report | undefined,
): Report {
  if (report === undefined) return failedReport(suite.name, `ended with ${code} and without a report`);
  const total = report.passed + report.failed.length + report.skipped.length;
  if (total === 0)
    return failedReport(suite.name, `ran no test: nothing matches ${suite.include.join(', ')}`);
  if (code !== 0 && report.failed.length === 0) {
    return {
      ...report,
      failed: [{ test: suite.name, message: `every test passed, yet it ended with ${code}` }],
    };
  }
  return report;
}
