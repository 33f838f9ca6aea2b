/** What a figure must reach, known before anything is measured. */
export interface Goal {
  readonly unit: string;
  /** In words, e.g. `<= 3x of a bare echo`. */
  readonly goal: string;
  /** The bound of a figure whose limit is not measured. */
  readonly bound?: number;
  readonly reaches: (ratio: number) => boolean;
}

export interface Measured {
  readonly value: number;
  /** The reference of the same run (a bare echo, raw `crypto.verify`, ...); absent where the goal has a bound. */
  readonly limit?: number;
}

/** One measured figure, as `npm run bench` prints it. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly limit: number;
  /** value / limit. */
  readonly ratio: number;
  readonly goal: string;
  readonly ok: boolean;
}

/**
 * A benchmark file exports `figures`, the goal of each by its name, and `run`, which measures those that are asked for; what one measurement
 * gives together comes together, and what is measured apart is left out when nobody asks for it.
 */
export type Run<Figures extends Goals> = (
  /** Whether one of these is asked for. */
  asks: (...names: (keyof Figures)[]) => boolean,
) => Promise<{ readonly [name in keyof Figures]?: Measured }>;

export type Goals = Readonly<Record<string, Goal>>;

export interface Bench {
  readonly figures: Goals;
  readonly run: Run<Goals>;
}

/** Nearest-rank percentile of `samples`, `p` in 0..100. Sorts a copy. */
export function percentile(samples: readonly number[], p: number): number {
  if (samples.length === 0) throw new Error('no samples');
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((p / 100) * sorted.length) - 1))] as number;
}

/** The goal `value <= times x limit`. */
export function atMost(times: number, unit: string, of: string): Goal {
  return { unit, goal: `<= ${times}x of ${of}`, reaches: (ratio) => ratio <= times };
}

/** The goal `value >= times x limit`. */
export function atLeast(times: number, unit: string, of: string): Goal {
  return { unit, goal: `>= ${times}x of ${of}`, reaches: (ratio) => ratio >= times };
}

/** The goal of an absolute upper bound. */
export function below(bound: number, unit: string, what: string): Goal {
  return { unit, goal: `<= ${bound} ${unit} (${what})`, bound, reaches: (ratio) => ratio <= 1 };
}
