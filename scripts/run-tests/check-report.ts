import { z } from 'zod';
import { emptyReport, failedReport } from './report.ts';
import { runProcess } from './run-process.ts';
import type { SuiteRun } from './run-suite.ts';

const resultSchema = z.object({
  steps: z.array(z.object({ name: z.string(), ok: z.boolean(), seconds: z.number(), output: z.string() })),
});

/** Runs `npm run check` as a suite whose tests are its steps. */
export async function checkReport(root: string): Promise<SuiteRun> {
  const { code, output } = await runProcess([process.execPath, 'scripts/check.ts', '--json'], { cwd: root });
  const parsed = resultSchema.safeParse(parseJson(output));
  if (!parsed.success) return { report: failedReport('check', `ended with ${code}`), output };
  const { steps } = parsed.data;
  const failed = steps.filter((step) => !step.ok);
  return {
    report: {
      ...emptyReport,
      passed: steps.length - failed.length,
      failed: failed.map(({ name }) => ({ test: name, message: `npm run check -- ${name} shows it` })),
    },
    output: failed.map((step) => step.output.trim()).join('\n\n'),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
