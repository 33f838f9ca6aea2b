import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { problemSchema } from '../../contract/client/problem.ts';
import { releaseSchema } from '../../contract/portal/release.ts';
import { idSchema } from '../../contract/primitives.ts';
import { writeFileDurably } from '../write-file-durably.ts';

/** What is remembered of one download while its bytes lie in `part`, and after it is ready. */
export const downloadRecordSchema = z.object({
  version: z.literal(1),
  release: releaseSchema,
  state: z.enum(['downloading', 'paused', 'ready', 'failed']),
  /** Absolute. */
  part: z.string(),
  /** Absolute, where the finished file goes. */
  path: z.string(),
  /** Strong ETag of the file that `part` is the beginning of. */
  etag: z.string().nullable(),
  problem: problemSchema.nullable(),
});
export type DownloadRecord = z.infer<typeof downloadRecordSchema>;

export interface DownloadRecords {
  load(): Promise<DownloadRecord[]>;
  save(record: DownloadRecord): Promise<void>;
  remove(releaseId: string): Promise<void>;
}

/** One file per release. @param folder absolute, made when missing */
export function createDownloadRecords(folder: string): DownloadRecords {
  const pathOf = (id: string) => join(folder, `${idSchema.parse(id)}.json`);
  return {
    async load() {
      const names = await readdir(folder).catch(() => []);
      const records: DownloadRecord[] = [];
      for (const name of names.filter((name) => name.endsWith('.json')).sort()) {
        const text = await readFile(join(folder, name), 'utf8').catch(() => '');
        try {
          records.push(downloadRecordSchema.parse(JSON.parse(text)));
        } catch {
          // A record of another version, or not ours: the file stays, the download is simply not offered to go on.
        }
      }
      return records;
    },
    async save(record) {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await writeFileDurably(pathOf(record.release.id), JSON.stringify(record));
    },
    remove: (id) => rm(pathOf(id), { force: true }),
  };
}
