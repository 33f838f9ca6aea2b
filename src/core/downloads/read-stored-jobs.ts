import { stat } from 'node:fs/promises';
import type { DownloadRecords } from './download-record.ts';
import { idleJob, type Job } from './download-task.ts';

/**
 * The downloads that the disk has, none running. A finished one whose file is gone, or has another size, is forgotten.
 *
 * @returns with each whether it was under way when the process before ended
 */
export async function readStoredJobs(
  records: DownloadRecords,
): Promise<{ readonly job: Job; readonly wasUnderWay: boolean }[]> {
  const stored: { job: Job; wasUnderWay: boolean }[] = [];
  for (const record of await records.load()) {
    const file = record.state === 'ready' ? record.path : record.part;
    const found = await stat(file).catch(() => null);
    if (record.state === 'ready' && found?.size !== record.release.size) {
      await records.remove(record.release.id);
      continue;
    }
    const wasUnderWay = record.state === 'downloading';
    const state = wasUnderWay ? 'paused' : record.state;
    const received = Math.min(found?.size ?? 0, record.release.size);
    stored.push({ job: idleJob({ ...record, state }, received), wasUnderWay });
  }
  return stored;
}
