import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A stream, or pieces from anywhere. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;

/**
 * The bytes of releases in a folder, each file under its SHA-256: the same file is kept once, and what is served is what was signed.
 * All nodes of a portal share the folder.
 */
export interface ReleaseStore {
  /**
   * Copies bytes into the store, hashed on their way; the file appears when all of it is on disk. What a process that was killed left
   * of one is removed after a day.
   *
   * @returns lower-case hexadecimal SHA-256, and bytes
   */
  add(content: ByteSource): Promise<{ sha256: string; size: number }>;
  has(sha256: string): Promise<boolean>;
  /** The bytes from `first` to `last`, both included. */
  read(sha256: string, range: { first: number; last: number }): NodeJS.ReadableStream;
}

const namePattern = /^[0-9a-f]{64}$/;
const incoming = 'incoming-';
/** Nothing takes this long to copy. */
const leftoverMilliseconds = 86_400_000;

/** @param now by the file system's own clock, which is the one that dates its files */
async function removeLeftovers(folder: string, now: number): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.startsWith(incoming));
  for (const name of names) {
    const path = join(folder, name);
    // Another that publishes may take its own away meanwhile.
    const age = await stat(path).then(
      (entry) => now - entry.mtimeMs,
      () => 0,
    );
    if (age > leftoverMilliseconds) await rm(path, { force: true });
  }
}

/** @param folder absolute; made when the first file comes */
export function openReleaseStore(folder: string): ReleaseStore {
  const pathOf = (sha256: string) => {
    if (!namePattern.test(sha256)) throw new Error('not the name of a stored file');
    return join(folder, sha256);
  };
  return {
    async add(content) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const aside = join(folder, `${incoming}${randomBytes(6).toString('hex')}`);
      const hash = createHash('sha256');
      let size = 0;
      const file = await open(aside, 'wx', 0o600);
      try {
        for await (const chunk of content) {
          hash.update(chunk);
          size += chunk.length;
          await file.writeFile(chunk);
        }
        await file.sync();
        await removeLeftovers(folder, (await file.stat()).mtimeMs);
        await file.close();
        const sha256 = hash.digest('hex');
        await rename(aside, pathOf(sha256));
        return { sha256, size };
      } catch (error) {
        await file.close();
        await rm(aside, { force: true });
        throw error;
      }
    },
    has: (sha256) =>
      stat(pathOf(sha256)).then(
        (entry) => entry.isFile(),
        () => false,
      ),
    read: (sha256, { first, last }) => createReadStream(pathOf(sha256), { start: first, end: last }),
  };
}
