import { randomUUID } from 'node:crypto';
import { lstat, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

/**
 * Replaces a file so that a reader, or a process that died in between, sees the old content or the new, whole. Mode 0600. A folder that stands in
 * its place is kept aside.
 * @throws the file system's error; the file beside it is taken away again
 */
export async function writeFileDurably(path: string, content: string | Uint8Array): Promise<void> {
  const aside = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(aside, 'wx', 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await renameOver(aside, path).catch(async (error) => {
      if ((await moveFolderAside(path)) === null) throw error;
      await renameOver(aside, path);
    });
  } catch (error) {
    await rm(aside, { force: true });
    throw error;
  }
  // The rename itself is durable once the folder is; Windows cannot open folders and orders this by itself.
  const folder = await open(dirname(path), 'r').catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}

/** `settings.json` -> `settings.corrupt-TIME.json`, in the same folder. */
export function nameAside(path: string): string {
  const extension = extname(path);
  const time = new Date().toISOString().replace(/[:.]/g, '-');
  return join(dirname(path), `${basename(path, extension)}.corrupt-${time}${extension}`);
}

/** Moves a folder out of the place of a file. @returns where it is now; null: none was there */
export async function moveFolderAside(path: string): Promise<string | null> {
  const found = await lstat(path).catch(() => null);
  if (found?.isDirectory() !== true) return null;
  const aside = nameAside(path);
  await renameOver(path, aside);
  return aside;
}

/** Windows refuses a rename for a moment while a virus scanner or a reader has the target open. */
export async function renameOver(from: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await rename(from, to);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      if (attempt >= 8 || (code !== 'EPERM' && code !== 'EACCES' && code !== 'EBUSY')) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20 * attempt));
    }
  }
}
