import type { Context, Result } from '../context.ts';
import { withClient } from '../open-client.ts';
import { writeNewFile } from '../write-new-file.ts';

/** Gives a floating seat back before its lease ends. */
export async function release(context: Context, [product = '']: string[]): Promise<Result> {
  return withClient(context, async (client) => {
    await client.licenses.release({ product });
    return { json: { product }, text: context.t('done.release', { product }) };
  });
}

/** Gives a standalone license back; without network the receipt is kept in a file, to be taken to the portal. */
export async function giveBack(
  context: Context,
  [product = '']: string[],
  { out }: { readonly out?: string },
): Promise<Result> {
  return withClient(context, async (client) => {
    const { told, fileName, content } = await client.licenses.giveBack({ product });
    if (told || fileName === null || content === null)
      return { json: { product, told }, text: context.t('done.returned', { product }) };
    const file = await writeNewFile(context, out ?? fileName, content);
    return { json: { product, told, file }, text: context.t('done.receipt', { product, file }) };
  });
}
