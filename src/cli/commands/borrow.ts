import type { Context, Result } from '../context.ts';
import { moment } from '../format.ts';
import { type UseOptions, withUse } from '../with-use.ts';

/**
 * Takes a license as a program does and borrows it, so that it stays on this device after the command. What is borrowed already starts its days
 * anew; what a program uses is the same license, which goes on as a borrowed one.
 */
export async function borrow(
  context: Context,
  [product = '']: string[],
  options: UseOptions & { readonly days: number },
): Promise<Result> {
  const { t, language } = context;
  const { days } = options;
  return withUse(context, product, options, async (_license, use) => {
    const { until } = await use.borrow(days);
    const date = until === undefined ? '' : moment(until, language);
    return { json: { product, until: until ?? null, days }, text: t('done.borrowed', { product, date }) };
  });
}
