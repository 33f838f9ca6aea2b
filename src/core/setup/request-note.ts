import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { type Instant, instantSchema } from '../../contract/primitives.ts';
import { moveFolderAside, writeFileDurably } from '../write-file-durably.ts';

const noteSchema = z.object({ requestedAt: instantSchema });

/** Remembers over restarts that a request file was handed out, so that setup goes on where its answer is brought in. */
export interface RequestNote {
  /** When; null: no request file waits for an answer. */
  readonly requestedAt: Instant | null;
  /** From disk. A file that is absent or cannot be understood counts as none. Never throws. */
  load(): Promise<void>;
  /** @throws the file system's error; it counts for this process all the same */
  set(requestedAt: Instant | null): Promise<void>;
}

/** @param file absolute path */
export function createRequestNote(file: string): RequestNote {
  let requestedAt: Instant | null = null;

  return {
    get requestedAt() {
      return requestedAt;
    },
    async load() {
      const text = await readFile(file, 'utf8').catch(() => null);
      if (text === null) return;
      try {
        requestedAt = noteSchema.parse(JSON.parse(text)).requestedAt;
      } catch {
        requestedAt = null;
      }
    },
    async set(at) {
      requestedAt = at;
      if (at === null) {
        await moveFolderAside(file);
        return rm(file, { force: true });
      }
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFileDurably(file, JSON.stringify({ requestedAt: at }));
    },
  };
}
