import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { Reporter, SerializedError, TestCase, TestModule, TestSuite } from 'vitest/node';
import type { Failure, Report, Skip } from './report.ts';

/**
 * Writes a {@link Report} to the file named by ALDABA_TEST_REPORT.
 * Every test counts once. One that was skipped without a reason counts as failed, and so does one that never ran because
 * a hook before it failed. A file that does not load, a hook that fails and an error that no test caught count besides.
 */
export default class JsonReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    const file = process.env.ALDABA_TEST_REPORT;
    if (file === undefined) throw new Error('ALDABA_TEST_REPORT does not name a file');
    writeFileSync(file, JSON.stringify(collect(modules, unhandled)));
  }
}

function collect(modules: readonly TestModule[], unhandled: readonly SerializedError[]): Report {
  let passed = 0;
  const failed: Failure[] = unhandled.map(({ message }) => ({ test: 'outside of any test', message }));
  const skipped: Skip[] = [];
  for (const module of modules) {
    for (const group of [module, ...module.children.allSuites()]) {
      for (const { message } of group.errors()) failed.push({ test: nameOf(group), message });
    }
    for (const test of module.children.allTests()) {
      const result = test.result();
      const reason = result.state === 'skipped' ? reasonOf(test, result.note) : undefined;
      if (result.state === 'passed') passed += 1;
      else if (reason !== undefined) skipped.push({ test: nameOf(test), reason });
      else {
        const message = result.errors?.[0]?.message ?? 'did not run, and no reason was given';
        failed.push({ test: nameOf(test), message });
      }
    }
  }
  return { passed, failed, skipped };
}

/** The note of `context.skip(note)`, else the `skipReason` of the nearest `describe` that has one. */
function reasonOf(test: TestCase, note: string | undefined): string | undefined {
  if (note !== undefined && note !== '') return note;
  for (let parent = test.parent; parent.type === 'suite'; parent = parent.parent) {
    const { skipReason } = parent.meta() as { skipReason?: string };
    if (skipReason !== undefined) return skipReason;
  }
  return undefined;
}

function nameOf(task: TestCase | TestSuite | TestModule): string {
  const module = task.type === 'module' ? task : task.module;
  const file = relative(process.cwd(), module.moduleId);
  return task.type === 'module' ? file : `${file} › ${task.fullName}`;
}
