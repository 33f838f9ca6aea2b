import { UsageError } from './context.ts';
import type { Client } from './open-client.ts';

export interface HandedIn {
  /** It was borrowed; false: it was this device's own. */
  readonly borrowed: boolean;
  readonly told: boolean;
  /** The receipt that the portal does not know of; null: there is none. */
  readonly fileName: string | null;
  readonly content: string | null;
}

/**
 * Ends what is held of a product. Where nothing is held and the portal does not know of it yet, the receipt is handed out again: the right was over
 * before the receipt was in a file, which may have failed.
 *
 * @throws the refusal `not-licensed`; UsageError for a seat of the company, which is released
 */
export async function handIn(client: Client, product: string): Promise<HandedIn> {
  const { licenses, returned } = await client.state.get();
  const held = licenses?.find((license) => license.product === product)?.kind;
  if (held === 'borrow') return { borrowed: true, ...(await client.licenses.returnBorrowed({ product })) };
  const before = returned.find((license) => license.product === product);
  if (before === undefined && (held === 'lease' || held === 'offline-pass'))
    throw new UsageError('usage.notReturnable', { name: product });
  if (held === 'license' || before === undefined)
    return { borrowed: false, ...(await client.licenses.giveBack({ product })) };
  const receipt = await client.licenses.receipt({ product });
  return { borrowed: before.kind === 'borrow', told: false, ...receipt };
}
