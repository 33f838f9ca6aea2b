import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { AldabaError } from '../../contract/errors.ts';
import { storageFault } from '../problem.ts';
import { moveFolderAside } from '../write-file-durably.ts';

/** Work that one process of a profile does at a time, by name: making the device key, rotating tokens, moving the clock mark. */
export interface ProcessLock {
  /**
   * Runs `work` while no other process (and no other caller in this one) holds `name`. Not reentrant.
   * @param patience ms to wait for another process before giving up
   * @throws AldabaError `cancelled` when `signal` aborts while waiting; `unavailable` after `patience`; `disk-full`, `folder-not-writable`; what
   *   `work` throws
   */
  run<T>(name: string, work: () => Promise<T>, signal?: AbortSignal, patience?: number): Promise<T>;
}

/** SQLITE_BUSY, https://www.sqlite.org/rescode.html#busy */
const busy = 5;

function isBusy(error: unknown): boolean {
  return (
    error instanceof Error &&
    'errcode' in error &&
    typeof error.errcode === 'number' &&
    (error.errcode & 0xff) === busy
  );
}

/**
 * A lock file per name, held through SQLite's file locks (`fcntl` on Unix, `LockFileEx` on Windows): the kernel lets go of them when
 * a process dies, however it dies, so that nothing stale is left to judge by process number or age. The files stay empty and in place.
 *
 * @param folder absolute, made with mode 0700 when missing
 */
export function createProcessLock(folder: string, usualPatience = 180_000): ProcessLock {
  const queues = new Map<string, Promise<unknown>>();

  async function hold<T>(
    name: string,
    work: () => Promise<T>,
    signal: AbortSignal | undefined,
    patience: number,
  ): Promise<T> {
    if (!/^[a-z][a-z0-9-]{0,60}$/.test(name)) throw new TypeError(`not a lock name: ${name}`);
    const path = join(folder, `${name}.lock`);
    const file = await open(path);
    try {
      await chmod(path, 0o600);
      const deadline = performance.now() + patience;
      for (let pause = 2; ; pause = Math.min(pause * 1.6, 60)) {
        if (signal?.aborted) throw new AldabaError('cancelled', `cancelled while waiting for ${name}`);
        try {
          // A journal on disk is written before the lock is there, which a full disk refuses. There is nothing to roll back.
          file.exec('PRAGMA journal_mode=MEMORY; BEGIN EXCLUSIVE');
          break;
        } catch (error) {
          if (!isBusy(error)) throw storageFault(error, path) ?? error;
          if (performance.now() > deadline) {
            throw new AldabaError('unavailable', `another process held ${name} for ${patience} ms`);
          }
        }
        await delay(pause * (0.5 + Math.random() / 2));
      }
      return await work();
    } finally {
      // Closing rolls the empty transaction back and releases the file's lock.
      file.close();
    }
  }

  async function open(path: string): Promise<DatabaseSync> {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await moveFolderAside(path);
    try {
      return new DatabaseSync(path, { timeout: 0 });
    } catch (error) {
      throw storageFault(error, path) ?? error;
    }
  }

  return {
    run(name, work, signal, patience = usualPatience) {
      const before = queues.get(name) ?? Promise.resolve();
      const deadline = performance.now() + patience;
      const turn = waitTurn(before, name, signal, patience).then(() =>
        hold(name, work, signal, deadline - performance.now()),
      );
      // Whoever gave up waiting lets nobody overtake the one that works.
      const settled = Promise.allSettled([before, turn]);
      queues.set(name, settled);
      void settled.then(() => {
        if (queues.get(name) === settled) queues.delete(name);
      });
      return turn;
    },
  };
}

/** Resolves when `before` is over. @throws AldabaError `cancelled`, `unavailable` */
function waitTurn(
  before: Promise<unknown>,
  name: string,
  signal: AbortSignal | undefined,
  patience: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const giveUp = (code: 'cancelled' | 'unavailable') => () => {
      leave();
      reject(new AldabaError(code, `${code} while ${name} was held in this process`));
    };
    const aborted = giveUp('cancelled');
    const timer = setTimeout(giveUp('unavailable'), patience);
    const leave = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', aborted);
    };
    if (signal?.aborted) return aborted();
    signal?.addEventListener('abort', aborted, { once: true });
    void before.then(() => {
      leave();
      resolve();
    });
  });
}
