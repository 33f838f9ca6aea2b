import { chmod, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AldabaError, type ErrorCode } from '../../contract/errors.ts';
import { verifyRelease } from '../../domain/documents/index.ts';
import { createDocumentCrypto } from '../adapters/document-crypto.ts';
import { isUnreachable } from '../gateway/gateway.ts';
import { backoff } from '../licenses/backoff.ts';
import type { Gateway } from '../parts.ts';
import type { Clock } from '../ports/clock.ts';
import { asAldabaError, toProblem } from '../problem.ts';
import { renameOver } from '../write-file-durably.ts';
import type { DownloadRecord } from './download-record.ts';
import { fetchPart } from './fetch-part.ts';
import { createRate, type Rate } from './rate.ts';

/** No time mends them: a person has to. */
const nothingToWaitFor: ReadonlySet<ErrorCode> = new Set(['portal-certificate', 'network-certificate-file']);

/** One download as the process knows it. */
export interface Job {
  record: DownloadRecord;
  /** Bytes. */
  received: number;
  verifying: boolean;
  rate: Rate;
  /** Set from the moment that somebody starts it: `ready` says how the start went, `done` is the end and never rejects. */
  running: { abort: AbortController; ready: Promise<void>; done: Promise<void> } | null;
}

/** @param received bytes that lie in the part */
export function idleJob(record: DownloadRecord, received: number): Job {
  return { record, received, verifying: false, rate: createRate(), running: null };
}

export interface DownloadTaskNeeds {
  gateway: Gateway;
  clock: Clock;
  rootKeys: readonly string[];
  /** Shows the jobs as they are. */
  report: () => void;
  /** Changes what is remembered of a job, durably, and shows it. */
  put: (job: Job, change: Partial<DownloadRecord>) => Promise<void>;
}

export interface DownloadTask {
  /** Fetches what is missing, trying again over broken connections, checks it and gives it its name. */
  run(job: Job, signal: AbortSignal): Promise<void>;
  /** Throws `download-checksum` or `download-signature`. @param sha256 of the bytes received, hexadecimal */
  verify(job: Job, sha256: string): void;
}

/** Tries after a broken connection before the person is asked, and ms between them. */
const tries = 5;
const retry = { first: 2000, most: 30_000 };

export function createDownloadTask({
  gateway,
  clock,
  rootKeys,
  report,
  put,
}: DownloadTaskNeeds): DownloadTask {
  const crypto = createDocumentCrypto();

  async function checkSpace(job: Job): Promise<void> {
    const disk = await statfs(dirname(job.record.part)).catch(() => null);
    if (disk !== null && disk.bavail * disk.bsize < job.record.release.size - job.received) {
      throw new AldabaError('disk-full', 'not enough space for the file', { file: job.record.path });
    }
  }

  /** Everything from the first byte to the name. */
  async function complete(job: Job, signal: AbortSignal): Promise<void> {
    const { release } = job.record;
    await checkSpace(job);
    const sha256 = await fetchPart({
      gateway,
      release,
      part: job.record.part,
      etag: job.record.etag,
      signal,
      onProgress(received) {
        job.rate.add(clock.monotonic(), Math.max(0, received - job.received));
        job.received = received;
      },
      onEtag: (etag) => put(job, { etag }),
    });
    job.verifying = true;
    report();
    verify(job, sha256);
    // Readable like any other download; what is meant to be run can be.
    await chmod(job.record.part, /\.(run|sh|bin|appimage)$/i.test(job.record.path) ? 0o755 : 0o644);
    await renameOver(job.record.part, job.record.path);
    await put(job, { state: 'ready', problem: null });
  }

  /** Throws `download-checksum` or `download-signature`. */
  function verify(job: Job, sha256: string): void {
    const { release } = job.record;
    const file = release.fileName;
    if (sha256 !== release.sha256) {
      throw new AldabaError('download-checksum', `SHA-256 of ${file} is ${sha256}`, { file });
    }
    if (!verifyRelease({ ...release, sha256 }, { crypto, rootKeys })) {
      throw new AldabaError('download-signature', `the signature of ${file} leads to no trusted key`, {
        file,
      });
    }
  }

  /** Ends early when `signal` aborts. */
  async function pause(ms: number, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = clock.setTimer(ms, resolve);
      const wake = () => {
        timer.cancel();
        resolve();
      };
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  async function attempts(job: Job, signal: AbortSignal): Promise<void> {
    for (let failures = 1; ; failures++) {
      const before = job.received;
      try {
        return await complete(job, signal);
      } catch (error) {
        const { code, data } = asAldabaError(error);
        // Whatever moved on counts as a new first try.
        if (job.received > before) failures = 0;
        if (signal.aborted || !isUnreachable(code) || nothingToWaitFor.has(code) || failures >= tries)
          throw error;
        job.record = { ...job.record, problem: toProblem(error, clock) };
        report();
        await pause(backoff(failures + 1, retry, Math.random, data?.retryAfter), signal);
        if (signal.aborted) throw error;
      }
    }
  }

  return { run: attempts, verify };
}
