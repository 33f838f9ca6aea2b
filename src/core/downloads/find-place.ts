import { mkdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { safeFileName } from './file-name.ts';

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/**
 * Where a file of this name goes: over nothing that is there, not over the beginning of somebody else's file either.
 *
 * @param folder absolute, made when missing
 * @param taken paths that other downloads will have
 */
export async function findPlace(
  folder: string,
  fileName: string,
  taken: ReadonlySet<string>,
): Promise<{ part: string; path: string }> {
  await mkdir(folder, { recursive: true });
  const name = safeFileName(fileName);
  const dot = name.indexOf('.', 1);
  const [stem, extension] = dot === -1 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
  for (let number = 1; ; number++) {
    const path = join(folder, number === 1 ? name : `${stem} (${number})${extension}`);
    const part = `${path}.part`;
    if (!taken.has(path) && !(await exists(path)) && !(await exists(part))) return { path, part };
  }
}
