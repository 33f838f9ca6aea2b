import type { Clock } from '../ports/clock.ts';

/** Waits between tries while the keychain refuses, doubling: each may put a prompt before the person. ms */
const retry = { first: 30_000, most: 600_000 };

/** Reading what is on disk, which needs the keychain: again until it opens. */
export interface Reading {
  /** Resolves when it was read; one try at a time, whoever asks. @throws AldabaError `keychain-*` and the disk's */
  ready(): Promise<void>;
  readonly isDone: boolean;
  /** ms of running time until the next try; null: it was read, or is being read. */
  due(): number | null;
}

/** @param read throws where nothing can be read yet @param done called once, when it was */
export function createReading(clock: Clock, read: () => Promise<void>, done: () => void): Reading {
  let isDone = false;
  let current: Promise<void> | null = null;
  let failures = 0;
  let notBefore = 0;

  async function attempt(): Promise<void> {
    try {
      await read();
    } catch (error) {
      notBefore = clock.monotonic() + Math.min(retry.most, retry.first * 2 ** failures);
      failures++;
      throw error;
    } finally {
      current = null;
    }
    isDone = true;
    done();
  }

  return {
    ready() {
      if (isDone) return Promise.resolve();
      current ??= attempt();
      return current;
    },
    get isDone() {
      return isDone;
    },
    due: () => (isDone || current !== null ? null : Math.max(0, notBefore - clock.monotonic())),
  };
}
