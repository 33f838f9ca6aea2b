import { describe, type TestContext } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** Why every test below this `describe` is skipped. */
    skipReason?: string;
  }
}

/**
 * Goes on only when `condition` holds; otherwise skips the test that `context` belongs to and names `reason` in the
 * run's summary. These two helpers are the only way to skip: a test skipped without a reason fails the run.
 *
 * @example test('reads the entry back', (context) => { needs(context, tool.path, 'secret-tool is not installed'); … });
 */
export function needs(
  context: Pick<TestContext, 'skip'>,
  condition: unknown,
  reason: string,
): asserts condition {
  if (!condition) context.skip(reason);
}

/**
 * A `describe` whose tests and hooks all stay unrun when `missing` is a sentence saying what the machine lacks.
 *
 * @param missing the reason, or undefined when everything needed is there
 */
export function describeUnless(missing: string | undefined, name: string, body: () => void): void {
  if (missing === undefined) describe(name, body);
  else describe(name, { skip: true, meta: { skipReason: missing } }, body);
}
