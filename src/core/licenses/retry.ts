import type { Clock } from '../ports/clock.ts';
import { type BackoffLimits, backoff } from './backoff.ts';

/** When something that fails for want of the portal is tried again, in running time. */
export interface Retry {
  /** ms until it may be tried; 0: now. */
  wait(): number;
  /** @param retryAfter seconds in which the portal does not want to be asked */
  failed(retryAfter?: number): void;
  /** Also when what failed means nothing any more, because the machine slept: tried at once, and failures are counted anew. */
  reset(): void;
  /** The portal answered somebody, or the network is another one: within a second, if it failed and the portal did not ask for longer. */
  hurry(): void;
}

/** @param random 0 included to 1 excluded */
export function createRetry(clock: Clock, limits: BackoffLimits, random: () => number): Retry {
  let failures = 0;
  let notBefore = 0;
  /** What the portal asked for. */
  let unwanted = 0;

  function reset(): void {
    failures = 0;
    notBefore = 0;
    unwanted = 0;
  }

  return {
    wait: () => Math.max(0, notBefore - clock.monotonic()),
    failed(retryAfter) {
      failures++;
      unwanted = clock.monotonic() + (retryAfter ?? 0) * 1000;
      notBefore = clock.monotonic() + backoff(failures, limits, random, retryAfter);
    },
    reset,
    hurry() {
      const soonest = Math.max(unwanted, clock.monotonic()) + random() * 1000;
      notBefore = Math.min(notBefore, soonest);
    },
  };
}
