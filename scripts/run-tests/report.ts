/** What one suite's run came to. Written as JSON by the reporter inside vitest and read by the runner. */
export interface Report {
  readonly passed: number;
  readonly failed: readonly Failure[];
  readonly skipped: readonly Skip[];
}

export interface Failure {
  readonly test: string;
  readonly message: string;
}

export interface Skip {
  readonly test: string;
  /** A sentence: what the machine lacks. */
  readonly reason: string;
}

export const emptyReport: Report = { passed: 0, failed: [], skipped: [] };

/** A suite that could not run counts as one failure. */
export function failedReport(test: string, message: string): Report {
  return { ...emptyReport, failed: [{ test, message }] };
}
