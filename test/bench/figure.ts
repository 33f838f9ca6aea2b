/** One measured figure. `limit` is what `value` is compared with, measured in the same run where the goal is a ratio. */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  /** The reference of the same run (a bare echo, raw `crypto.verify`, ...) or an absolute bound. */
  limit: number;
  /** value / limit. */
  ratio: number;
  /** The goal in words, e.g. `p50 <= 3x of a bare echo`. */
  goal: string;
  ok: boolean;
}

/** A benchmark file exports `run`; `npm run bench` calls it and prints what it returns. */
export type Bench = (options: { json: boolean }) => Promise<Figure[]>;

/** Nearest-rank percentile of `samples`, `p` in 0..100. Sorts a copy. */
export function percentile(samples: readonly number[], p: number): number {
  if (samples.length === 0) throw new Error('no samples');
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] as number;
}

/** A figure whose goal is `value <= times x limit`. */
export function atMost(
  name: string,
  value: number,
  unit: string,
  limit: number,
  times: number,
  of: string,
): Figure {
  const ratio = value / limit;
  return { name, value, unit, limit, ratio, goal: `<= ${times}x of ${of}`, ok: ratio <= times };
}

/** A figure with an absolute upper bound. */
export function below(name: string, value: number, unit: string, bound: number, what = 'absolute'): Figure {
  return {
    name,
    value,
    unit,
    limit: bound,
    ratio: value / bound,
    goal: `<= ${bound} ${unit} (${what})`,
    ok: value <= bound,
  };
}
