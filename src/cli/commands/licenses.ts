import type { Context, Result } from '../context.ts';
import { handIn } from '../hand-in.ts';
import { withClient } from '../open-client.ts';
import { writeNewFile } from '../write-new-file.ts';

/** Gives a floating seat back before its lease ends, also a borrowed one. */
export async function release(context: Context, [product = '']: string[]): Promise<Result> {
  return withClient(context, async (client) => {
    await client.licenses.release({ product });
    // What was borrowed keeps its place until the portal knows.
    const { returned } = await client.state.get();
    const told = !returned.some((one) => one.product === product && one.kind === 'borrow');
    return {
      json: { product, told },
      text: context.t(told ? 'done.release' : 'done.releasedUntold', { product }),
    };
  });
}

/** Gives a standalone or borrowed license back; without network the receipt is kept in a file, to be taken to the portal. */
export async function giveBack(
  context: Context,
  [product = '']: string[],
  { out }: { readonly out?: string },
): Promise<Result> {
  return withClient(context, async (client) => {
    const { borrowed, told, fileName, content } = await handIn(client, product);
    if (told || fileName === null || content === null) {
      const text = context.t(borrowed ? 'done.borrowedReturned' : 'done.returned', { product });
      return { json: { product, told }, text };
    }
    const file = await writeNewFile(context, out ?? fileName, content);
    const text = context.t(borrowed ? 'done.borrowedReceipt' : 'done.receipt', { product, file });
    return { json: { product, told, file }, text };
  });
}
