import type { Download } from '../../contract/client/state.ts';
import type { Job } from './download-task.ts';

/** A download as the window shows it. @param running ms of running time, for the rate */
export function downloadView(job: Job, running: number): Download {
  const { record, received, verifying, rate } = job;
  const isMoving = job.running !== null && !verifying;
  return {
    releaseId: record.release.id,
    fileName: record.release.fileName,
    state: verifying ? 'verifying' : record.state,
    received,
    size: record.release.size,
    rate: isMoving ? rate.at(running) : 0,
    path: record.state === 'ready' ? record.path : null,
    problem: record.problem,
  };
}
