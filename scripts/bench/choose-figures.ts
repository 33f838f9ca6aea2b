import type { Bench } from '../../test/bench/figure.ts';

export type Benches = Readonly<Record<string, Bench>>;

/** Figures of one file that are asked for. */
export interface Choice {
  readonly file: string;
  readonly names: readonly string[];
}

/**
 * The figures that `only` means: one by its name, or all of a file; without it, all there are.
 *
 * @returns nothing when neither a figure nor a file is called so
 */
export function chooseFigures(benches: Benches, only?: string): Choice[] {
  const all = Object.entries(benches).map(([file, { figures }]) => ({ file, names: Object.keys(figures) }));
  if (only === undefined) return all;
  const owner = all.find(({ names }) => names.includes(only));
  if (owner !== undefined) return [{ file: owner.file, names: [only] }];
  return all.filter(({ file }) => file === only);
}
