import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Report } from './report.ts';
import { runProcess } from './run-process.ts';

const fixtures = fileURLToPath(new URL('./fixtures', import.meta.url));
const reporter = fileURLToPath(new URL('./reporter.ts', import.meta.url));
const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));

/** What the reporter writes about one fixture file. */
async function reportOn(fixture: string): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-reporter-'));
  try {
    const file = join(folder, 'report.json');
    const command = [process.execPath, vitest, 'run', '--root', fixtures, '--reporter', reporter, fixture];
    await runProcess(command, { cwd: fixtures, env: { ...process.env, ALDABA_TEST_REPORT: file } });
    return JSON.parse(await readFile(file, 'utf8')) as Report;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

test('counts each test once and lets none be skipped without a reason', async () => {
  const report = await reportOn('mixed');
  expect(report.passed).toBe(3);
  expect(report.skipped).toEqual([
    { test: 'mixed.fixture.ts › needs something', reason: 'no such tool' },
    { test: 'mixed.fixture.ts › on a display > deeper > draws', reason: 'no display' },
  ]);
  expect(report.failed).toEqual([
    { test: 'mixed.fixture.ts › after a broken hook', message: 'the hook broke' },
    { test: 'mixed.fixture.ts › fails', message: expect.stringContaining('one is not two') },
    { test: 'mixed.fixture.ts › is skipped without a word', message: 'did not run, and no reason was given' },
    { test: 'mixed.fixture.ts › is only a plan', message: 'did not run, and no reason was given' },
    { test: 'mixed.fixture.ts › after a broken hook > never runs', message: expect.any(String) },
  ]);
});

test('a file that does not load is a failure', async () => {
  const { passed, failed } = await reportOn('unloadable');
  expect(passed).toBe(0);
  expect(failed).toEqual([{ test: 'unloadable.fixture.ts', message: 'this file does not load' }]);
});

test('an error that no test caught is a failure', async () => {
  const { failed } = await reportOn('stray');
  expect(failed).toContainEqual({ test: 'outside of any test', message: 'nobody caught this' });
});
