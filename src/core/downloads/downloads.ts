import { rm } from 'node:fs/promises';
import { AldabaError } from '../../contract/errors.ts';
import type { Release } from '../../contract/portal/release.ts';
import type { ProcessLock } from '../lock/process-lock.ts';
import type { Gateway, StateStore } from '../parts.ts';
import type { Ports } from '../ports/index.ts';
import { asAldabaError, toProblem } from '../problem.ts';
import { createDownloadRecords, type DownloadRecord } from './download-record.ts';
import { createDownloadTask, idleJob, type Job } from './download-task.ts';
import { downloadView } from './download-view.ts';
import { hashFile } from './fetch-part.ts';
import { findPlace } from './find-place.ts';
import { createOfferedReleases } from './offered-releases.ts';
import { createRate } from './rate.ts';
import { readStoredJobs } from './read-stored-jobs.ts';

/** Programs that the person downloads. A file gets its name only after its checksum and its signature were right (A16). */
export interface Downloads {
  /** From disk; no network. What was under way goes on at the first contact with the portal. */
  start(): Promise<void>;
  releases(): Promise<{ releases: Release[]; buyUrl: string | null }>;
  /** Starts and returns; how it goes shows in the snapshot. */
  download(releaseId: string): Promise<void>;
  pause(releaseId: string): Promise<void>;
  resume(releaseId: string): Promise<void>;
  /** Stops and takes the part away; a finished file stays where it is and is only forgotten. */
  cancel(releaseId: string): Promise<void>;
  /** Checks the file once more, then opens it. */
  open(releaseId: string): Promise<void>;
  showInFolder(releaseId: string): Promise<void>;
  stop(): Promise<void>;
}

export interface DownloadsNeeds {
  ports: Ports;
  gateway: Gateway;
  lock: ProcessLock;
  state: StateStore;
  /** Absolute folder for what is remembered of downloads. */
  records: string;
  buyUrl: () => Promise<string | null>;
}

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/** ms between two progress reports. */
const reportEvery = 250;

export function createDownloads(needs: DownloadsNeeds): Downloads {
  const { ports, gateway, lock, state, records: folder, buyUrl } = needs;
  const { clock, log, opener, settings, paths } = ports;
  const records = createDownloadRecords(folder);
  const task = createDownloadTask({ gateway, clock, rootKeys: ports.rootKeys, report, put });
  const offered = createOfferedReleases(gateway);
  const jobs = new Map<string, Job>();
  const interrupted = new Set<string>();
  let turn: Promise<void> = Promise.resolve();
  let unsubscribe = () => {};
  let ticking = false;

  function report(): void {
    state.update({ downloads: [...jobs.values()].map((job) => downloadView(job, clock.monotonic())) });
  }

  /** Progress, and a rate that falls when nothing comes, as long as something runs. */
  function tick(): void {
    if (ticking) return;
    ticking = true;
    clock.setTimer(reportEvery, () => {
      ticking = false;
      if (![...jobs.values()].some((job) => job.running !== null)) return;
      report();
      tick();
    });
  }

  async function put(job: Job, change: Partial<DownloadRecord>): Promise<void> {
    job.record = { ...job.record, ...change };
    await records.save(job.record);
    report();
  }

  function known(releaseId: string): Job {
    const job = jobs.get(releaseId);
    if (job === undefined) throw new AldabaError('not-found', `no download of release ${releaseId}`);
    return job;
  }

  async function run(job: Job, signal: AbortSignal): Promise<void> {
    const name = `download-${job.record.release.id.replaceAll('-', '')}`;
    let entered = false;
    try {
      await lock.run(
        name,
        () => {
          entered = true;
          return task.run(job, signal);
        },
        signal,
        0,
      );
    } catch (thrown) {
      if (signal.aborted) return;
      const elsewhere = () =>
        new AldabaError('already-running', 'another process downloads it', undefined, { cause: thrown });
      const error = entered ? thrown : elsewhere();
      const { code, message } = asAldabaError(error);
      log.warn({ code, release: job.record.release.id }, message);
      // Bytes that are not what was published are of no further use; everything else can be gone on with.
      const spoiled =
        code === 'download-checksum' || code === 'download-signature' || code === 'download-changed';
      if (spoiled) {
        await rm(job.record.part, { force: true });
        job.received = 0;
      }
      await put(job, {
        state: 'failed',
        problem: toProblem(error, clock),
        ...(spoiled ? { etag: null } : {}),
      });
    } finally {
      job.verifying = false;
    }
  }

  /**
   * Takes the job before anything is waited for: whoever comes meanwhile finds it running. Only for one that does not.
   * @returns when it was prepared, and throws what kept it from that; one that is aborted meanwhile is not refused
   */
  function launch(job: Job, prepare: (signal: AbortSignal) => Promise<void>): Promise<void> {
    interrupted.delete(job.record.release.id);
    const abort = new AbortController();
    const { signal } = abort;
    job.rate = createRate();
    const ready = prepare(signal).catch((error) => {
      if (!signal.aborted) throw error;
    });
    const unrecorded = (error: unknown) =>
      log.error({ code: asAldabaError(error).code }, 'a download could not be recorded');
    const done = ready
      .then(
        () => run(job, signal).catch(unrecorded),
        () => undefined,
      )
      .finally(() => {
        job.running = null;
        report();
      });
    job.running = { abort, ready, done };
    report();
    tick();
    return ready;
  }

  async function halt(job: Job): Promise<void> {
    interrupted.delete(job.record.release.id);
    // Somebody who waited for its end may have started it again.
    while (job.running !== null) {
      job.running.abort.abort();
      await job.running.done;
    }
  }

  /** A failed one asks first for what is published now when that was why. */
  async function prepareAgain(job: Job, signal: AbortSignal): Promise<void> {
    if (job.record.problem?.code === 'download-changed') {
      await offered.list(signal);
      job.record = { ...job.record, release: await offered.find(job.record.release.id) };
    }
    if (!signal.aborted) await put(job, { state: 'downloading', problem: null });
  }

  async function begin(release: Release): Promise<void> {
    if (jobs.has(release.id)) return;
    const target = settings.current().downloadFolder ?? paths.downloads;
    const taken = new Set([...jobs.values()].map(({ record }) => record.path));
    const place = await findPlace(target, release.fileName, taken);
    const job = idleJob(
      { version: 1, release, state: 'downloading', ...place, etag: null, problem: null },
      0,
    );
    jobs.set(release.id, job);
    await launch(job, () => records.save(job.record));
  }

  /** One begins or is forgotten at a time: what it takes, or leaves, is there or gone before the next one looks for a name. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const done = turn.then(work);
    turn = done.catch(() => undefined);
    return done;
  }

  /** Of one that does not run. */
  function forget({ record }: Job): Promise<void> {
    jobs.delete(record.release.id);
    report();
    return inTurn(async () => {
      if (record.state !== 'ready') await rm(record.part, { force: true });
      await records.remove(record.release.id);
    });
  }

  return {
    async start() {
      for (const { job, wasUnderWay } of await readStoredJobs(records)) {
        const { id } = job.record.release;
        if (wasUnderWay) interrupted.add(id);
        jobs.set(id, job);
      }
      report();
      unsubscribe = gateway.onContact((contact) => {
        if (!contact.ok || !contact.serves) return;
        for (const id of [...interrupted]) {
          const job = jobs.get(id);
          interrupted.delete(id);
          if (job === undefined || job.running !== null) continue;
          job.record = { ...job.record, state: 'downloading' };
          void launch(job, async () => {});
        }
      });
    },

    async releases() {
      return { releases: await offered.list(), buyUrl: await buyUrl() };
    },

    async download(releaseId) {
      if (jobs.has(releaseId)) return this.resume(releaseId);
      const release = await offered.find(releaseId);
      return inTurn(() => begin(release));
    },

    async pause(releaseId) {
      const job = known(releaseId);
      await halt(job);
      if (job.record.state === 'downloading') await put(job, { state: 'paused', problem: null });
    },

    async resume(releaseId) {
      const { running } = known(releaseId);
      await running?.ready;
      // One that has just failed is still putting its things away.
      if (known(releaseId).record.state === 'failed') await running?.done;
      const job = known(releaseId);
      if (job.running !== null) return job.running.ready;
      if (job.record.state === 'ready') return;
      return launch(job, (signal) => prepareAgain(job, signal));
    },

    async cancel(releaseId) {
      const job = known(releaseId);
      await halt(job);
      await forget(job);
    },

    async open(releaseId) {
      const job = known(releaseId);
      const { path } = job.record;
      if (job.record.state !== 'ready' || job.running !== null) {
        throw new AldabaError('open-failed', 'the file is not ready', { file: path });
      }
      job.verifying = true;
      report();
      try {
        const hash = await hashFile(path, new AbortController().signal);
        task.verify(job, hash.digest('hex'));
      } catch (error) {
        const fault = asAldabaError(error);
        if (isMissing(error)) {
          // Moved or deleted: there is nothing to open, to show or to go on with, and downloading it is the way.
          await forget(job);
          throw new AldabaError('file-not-found', 'the downloaded file is not there', { file: path });
        }
        const shown =
          fault.code === 'internal' ? new AldabaError('open-failed', fault.message, { file: path }) : fault;
        await put(job, { state: 'failed', problem: toProblem(shown, clock) });
        throw shown;
      } finally {
        job.verifying = false;
        report();
      }
      await opener.openFile(path);
    },

    async showInFolder(releaseId) {
      const job = known(releaseId);
      await opener.showInFolder(job.record.state === 'ready' ? job.record.path : job.record.part);
    },

    async stop() {
      unsubscribe();
      const running = [...jobs.values()].flatMap((job) => (job.running === null ? [] : [job.running]));
      for (const { abort } of running) abort.abort();
      await Promise.all(running.map(({ done }) => done));
    },
  };
}
