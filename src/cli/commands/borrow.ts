import type { AppState } from '../../contract/client/state.ts';
import { borrowed } from '../borrowed.ts';
import type { Context, Result } from '../context.ts';
import { withClient } from '../open-client.ts';
import { readState } from '../read-state.ts';
import { type UseOptions, withUse } from '../with-use.ts';

/**
 * Borrows what is held of a product, by a program that runs or from before, whatever its version; where nothing is, takes a license as a
 * program does, which stays on this device after the command. What is borrowed already starts its days anew, and ends no sooner than before.
 */
export async function borrow(
  context: Context,
  [product = '']: string[],
  options: UseOptions & { readonly days: number },
): Promise<Result> {
  const { days } = options;
  if (isLendable((await readState(context)).state, product)) return borrowHeld(context, product, days);
  return withUse(context, product, options, async (_license, use) =>
    borrowed(context, product, (await use.borrow(days)).until, Date.now()),
  );
}

function borrowHeld(context: Context, product: string, days: number): Promise<Result> {
  return withClient(context, async (client) => {
    await client.licenses.borrow({ product, days });
    const { licenses } = await client.state.get();
    const until = licenses?.find((license) => license.product === product)?.expiresAt ?? undefined;
    return borrowed(context, product, until, Date.now());
  });
}

function isLendable({ licenses }: AppState, product: string): boolean {
  const held = licenses?.find((license) => license.product === product);
  return held?.permit === 'full' && (held.kind === 'lease' || held.kind === 'borrow') && held.borrowDays > 0;
}
