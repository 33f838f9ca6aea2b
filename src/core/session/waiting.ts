import { AldabaError, type ErrorCode } from '../../contract/errors.ts';
import type { Clock } from '../ports/clock.ts';
import type { Opener } from '../ports/opener.ts';

/** ms after which the window is brought up again for another program: the page may have been closed, or lie behind others. */
const showAgainAfter = 15_000;

/** Programs that wait for the same sign-in. */
export interface Waiting {
  /** Sign-ins that ended without an identity so far. Whoever looks up something before it joins takes it along, to hear of one that is closed meanwhile. */
  readonly closed: number;
  /**
   * Opens the window when nobody waits yet, or the last one came some time ago. Throws `sign-in-unavailable`, `sign-in-cancelled`, `cancelled`.
   * @param closed as it was when the program asked
   */
  join(signal: AbortSignal, closed?: number): Promise<void>;
  resolveAll(): void;
  rejectAll(code: ErrorCode): void;
  readonly size: number;
}

export function createWaiting(opener: Opener, clock: Pick<Clock, 'monotonic'>): Waiting {
  let shownAt = Number.NEGATIVE_INFINITY;
  let closed = 0;
  let closedBy: ErrorCode = 'sign-in-cancelled';
  const waiters = new Set<{ resolve: () => void; reject: (code: ErrorCode) => void }>();

  function rejectAll(code: ErrorCode): void {
    closed++;
    closedBy = code;
    for (const waiter of [...waiters]) waiter.reject(code);
  }

  return {
    get closed() {
      return closed;
    },
    join(signal, before = closed) {
      if (signal.aborted)
        return Promise.reject(new AldabaError('cancelled', 'cancelled before waiting for the sign-in'));
      if (before !== closed)
        return Promise.reject(new AldabaError(closedBy, `${closedBy} before it waited for the sign-in`));
      const first = waiters.size === 0;
      const joined = new Promise<void>((resolve, reject) => {
        const leave = () => {
          waiters.delete(waiter);
          signal.removeEventListener('abort', aborted);
        };
        const waiter = {
          resolve() {
            leave();
            resolve();
          },
          reject(code: ErrorCode) {
            leave();
            reject(new AldabaError(code, `${code} while waiting for the sign-in`));
          },
        };
        const aborted = () => waiter.reject('cancelled');
        waiters.add(waiter);
        signal.addEventListener('abort', aborted, { once: true });
      });
      if (first || clock.monotonic() - shownAt >= showAgainAfter) {
        shownAt = clock.monotonic();
        opener.showWindow('sign-in').then(
          (shown) => shown || rejectAll('sign-in-unavailable'),
          () => rejectAll('sign-in-unavailable'),
        );
      }
      return joined;
    },
    resolveAll() {
      for (const waiter of [...waiters]) waiter.resolve();
    },
    rejectAll,
    get size() {
      return waiters.size;
    },
  };
}
