import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import pLimit from 'p-limit';
import { readArguments } from './read-arguments.ts';
import { checkReport } from './run-tests/check-report.ts';
import { failedReport } from './run-tests/report.ts';
import { runProcess } from './run-tests/run-process.ts';
import { runSuite, type SuiteRun } from './run-tests/run-suite.ts';
import { counts, type NamedReport, summarize } from './run-tests/summary.ts';
import { type Suite, suites } from './suites.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const names = ['check', ...suites.map((suite) => suite.name)];
const help = `npm test [-- SUITE...]

Runs every suite, each in a process of its own: ${names.join(', ')}.
Ends with one line over all of them, "N passed, N failed, N skipped". Above it stands what failed and what was skipped, each with its reason.
Exit code: 0 all passed, 1 something failed or a suite ran no test, 2 usage.`;
const { positionals: asked } = readArguments(help, {}, true);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`No such suite: ${unknown.join(', ')}. There are ${names.join(', ')}.`);
  process.exit(2);
}
const isAsked = (name: string) => asked.length === 0 || asked.includes(name);
const chosen = suites
  .filter((suite) => isAsked(suite.name))
  .sort((one, other) => other.seconds - one.seconds);

const started = performance.now();
// One more than there are cores: a suite waits for browsers, databases and processes two fifths of its time. Two more take longer in all.
const inSlot = pLimit(Math.max(2, availableParallelism()) + 1);
const reports: NamedReport[] = [];

// What runs ends by itself at an interruption; what waits for its turn does not start.
const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

// The build goes first: most suites wait for it, in their slot, for the seconds that it takes.
const built = chosen.some((suite) => suite.needsBuild) ? inSlot(build) : Promise.resolve(undefined);
const checked = isAsked('check') ? inSlot(() => report('check', () => checkReport(root))) : undefined;
const running = chosen.map(async (suite) => {
  await inSlot(async () => {
    const problem = suite.needsBuild ? await built : undefined;
    await report(suite.name, () => runOrName(suite, problem));
  });
});
await Promise.all([checked, ...running]);

const { lines, ok } = summarize(names.flatMap((name) => reports.filter((report) => report.suite === name)));
console.log(`\n${((performance.now() - started) / 1000).toFixed(0)} s\n`);
console.log(lines.join('\n'));
process.exitCode = ok ? 0 : 1;

/** Brings out/ up to date; the answer is what went wrong, or undefined. */
async function build(): Promise<string | undefined> {
  const { code, output } = await runProcess([process.execPath, 'scripts/build.ts'], { cwd: root });
  return code === 0 ? undefined : output;
}

async function runOrName(suite: Suite, problem: string | undefined): Promise<SuiteRun> {
  if (interruption.signal.aborted) return { report: failedReport(suite.name, 'was not run'), output: '' };
  if (problem === undefined) return runSuite(suite, root);
  return { report: failedReport(suite.name, 'out/ could not be built'), output: problem };
}

async function report(suite: string, run: () => Promise<SuiteRun>): Promise<void> {
  const since = performance.now();
  const { report: result, output } = await run().catch((error: unknown) => ({
    report: failedReport(suite, String(error)),
    output: String(error),
  }));
  reports.push({ suite, ...result });
  if (result.failed.length > 0) console.log(`\n${output.trim()}\n`);
  const line = counts({
    passed: result.passed,
    failed: result.failed.length,
    skipped: result.skipped.length,
  });
  const seconds = ((performance.now() - since) / 1000).toFixed(1).padStart(6);
  console.log(`${seconds} s  ${suite.padEnd(16)} ${line}`);
}
