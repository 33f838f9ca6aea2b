import type { Context, Result } from './context.ts';
import { moment } from './format.ts';

const day = 86_400_000;

/**
 * What whoever borrowed is told: the loan as it is. What was asked says little: a loan from before may end later and stays so, and what it
 * is of may end sooner.
 *
 * @param until the end of the loan, ISO 8601; undefined when it is gone already
 * @param now milliseconds of UTC
 */
export function borrowed(
  { t, language }: Pick<Context, 't' | 'language'>,
  product: string,
  until: string | undefined,
  now: number,
): Result {
  const days = until === undefined ? null : Math.max(0, Math.round((Date.parse(until) - now) / day));
  const date = until === undefined ? '' : moment(until, language);
  return { json: { product, until: until ?? null, days }, text: t('done.borrowed', { product, date }) };
}
