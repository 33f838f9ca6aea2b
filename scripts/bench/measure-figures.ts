import type { Bench, Figure } from '../../test/bench/figure.ts';

/**
 * Has a file measure the figures called `names`, and no more than comes with them.
 *
 * @throws Error when one of them was not measured, or one was that the file does not name among its figures
 */
export async function measureFigures({ figures, run }: Bench, names: readonly string[]): Promise<Figure[]> {
  const measured = await run((...some) => some.some((name) => names.includes(String(name))));
  const unknown = Object.keys(measured).find((name) => figures[name] === undefined);
  if (unknown !== undefined) throw new Error(`${unknown} was measured, and is none of the file's figures`);
  return names.map((name) => {
    const goal = figures[name];
    const result = measured[name];
    const limit = result?.limit ?? goal?.bound;
    if (goal === undefined || result === undefined || limit === undefined)
      throw new Error(`${name} was asked for, and not measured`);
    const ratio = result.value / limit;
    return {
      name,
      value: result.value,
      unit: goal.unit,
      limit,
      ratio,
      goal: goal.goal,
      ok: goal.reaches(ratio),
    };
  });
}
