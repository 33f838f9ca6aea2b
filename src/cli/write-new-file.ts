import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Context, UsageError } from './context.ts';

/**
 * Writes a file that was not there. It may hold a license key, so that nobody but the person reads it.
 *
 * @returns its absolute path
 * @throws UsageError when it exists or cannot be written
 */
export async function writeNewFile(context: Context, name: string, content: string): Promise<string> {
  const file = resolve(context.folder, name);
  try {
    await writeFile(file, content, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const exists = error instanceof Error && 'code' in error && error.code === 'EEXIST';
    throw new UsageError(exists ? 'usage.fileExists' : 'usage.notWritable', { file });
  }
  return file;
}
