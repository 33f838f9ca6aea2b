import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { encodingOf } from '../../contract/file-encoding.ts';
import { maximumFileLength } from '../../contract/file-length.ts';
import { type Context, type Result, UsageError } from '../context.ts';
import { requireKeeping, withClient } from '../open-client.ts';
import { readSecret } from '../read-secret.ts';
import { writeNewFile } from '../write-new-file.ts';

/** A file to take to a machine with network. */
export async function requestFile(
  context: Context,
  _args: string[],
  { out }: { readonly out?: string },
): Promise<Result> {
  return withClient(context, async (client, opened) => {
    // The license that comes back is bound to this device's key.
    await requireKeeping(opened);
    const { setup, settings } = await client.state.get();
    if (settings.mode !== 'standalone' && setup.step !== 'standalone')
      await client.setup.chooseMode({ mode: 'standalone' });
    const key = await readSecret(context, 'key');
    const { fileName, content } = await client.setup.createRequestFile({ key });
    const file = await writeNewFile(context, out ?? fileName, content);
    return { json: { file }, text: context.t('done.requestFile', { file }) };
  });
}

/** The license file that came back. */
export async function importFile(context: Context, [file = '']: string[]): Promise<Result> {
  const path = resolve(context.folder, file);
  const bytes = await readFile(path).catch(() => null);
  if (bytes === null) throw new UsageError('usage.notReadable', { file: path });
  const content = new TextDecoder(encodingOf(bytes)).decode(bytes);
  return withClient(context, async (client) => {
    const fileName = basename(path).slice(0, 255);
    const { AldabaError } = await import('../../contract/errors.ts');
    if (content.length > maximumFileLength)
      throw new AldabaError('file-too-large', `${content.length} characters`);
    const { setup, settings } = await client.state.get();
    if (settings.mode !== 'standalone' && setup.step !== 'standalone')
      await client.setup.chooseMode({ mode: 'standalone' });
    const { productName, expiresAt } = await client.setup.importFile({ fileName, content });
    return {
      json: { product: productName, expiresAt },
      text: context.t('done.importFile', { product: productName }),
    };
  });
}
