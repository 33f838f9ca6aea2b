import { setTimeout as sleep } from 'node:timers/promises';
import { AldabaError } from '../contract/errors.ts';
import type { Context } from './context.ts';

/** ms between two asks where the portal names no time. */
const askAgainTerm = 30_000;

/**
 * Asks, and asks again while no seat is free, for so many minutes at most: whoever asks in time keeps their turn at the portal. The place in
 * its queue is said on standard error whenever it is another one.
 *
 * @param minutes 0: not again
 * @param pause ms; rejects when the signal is aborted
 * @throws what `ask` throws; `no-seat-free` when the time is over
 */
export async function waitForSeat<T>(
  { signal, stderr, t }: Pick<Context, 'signal' | 'stderr' | 't'>,
  minutes: number,
  ask: () => Promise<T>,
  pause: (ms: number) => Promise<unknown> = (ms) => sleep(ms, undefined, { signal }),
): Promise<T> {
  let left = minutes * 60_000;
  let told: number | undefined;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof AldabaError) || error.code !== 'no-seat-free' || left <= 0) throw error;
      const { queue, retryAfter } = error.data ?? {};
      if (queue !== undefined && queue.position !== told) {
        told = queue.position;
        stderr.write(`${t('done.seatWaiting', { position: told })}\n`);
      }
      const term = Math.min(left, retryAfter === undefined ? askAgainTerm : retryAfter * 1000);
      await pause(term);
      left -= term;
    }
  }
}
