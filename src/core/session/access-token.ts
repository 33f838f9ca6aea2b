import { AldabaError } from '../../contract/errors.ts';
import type { Clock } from '../ports/clock.ts';

/** The access token, in memory alone. However many calls wait for a new one, one renewal runs. */
export interface AccessToken {
  put(access: { accessToken: string; expiresIn: number }): void;
  drop(): void;
  holds(token: string): boolean;
  /** One that should still be good; renews when there is none. null: nobody is signed in. */
  get(signal: AbortSignal): Promise<string | null>;
  /** Another one than `refused`. */
  replace(refused: string, signal: AbortSignal): Promise<string | null>;
  renew(): Promise<string | null>;
  /** Resolves when no renewal runs. */
  settled(): Promise<void>;
}

/** Left over for the request to arrive. Milliseconds. */
const margin = 30_000;

/** Waits for `work`, which goes on for the others, unless `signal` aborts. */
async function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: () => void = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    abort = () => reject(new AldabaError('cancelled', 'cancelled while waiting for an access token'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

/** @param make gets a new token from the portal and `put`s it; null when there is no identity */
export function createAccessToken(clock: Clock, make: () => Promise<string | null>): AccessToken {
  let held: { token: string; wall: number; running: number } | null = null;
  let renewing: Promise<string | null> | null = null;

  function renew(): Promise<string | null> {
    renewing ??= make().finally(() => {
      renewing = null;
    });
    return renewing;
  }

  return {
    put({ accessToken, expiresIn }) {
      const life = expiresIn * 1000 - Math.min(margin, expiresIn * 500);
      held = { token: accessToken, wall: clock.now() + life, running: clock.monotonic() + life };
    },
    drop() {
      held = null;
    },
    holds: (token) => held?.token === token,
    get(signal) {
      // Either clock may have run ahead: the wall clock through a suspend, the running one when somebody set the time back.
      if (held !== null && clock.now() < held.wall && clock.monotonic() < held.running)
        return Promise.resolve(held.token);
      return unlessAborted(renew(), signal);
    },
    replace(refused, signal) {
      if (held !== null && held.token !== refused) return Promise.resolve(held.token);
      held = null;
      return unlessAborted(renew(), signal);
    },
    renew,
    async settled() {
      await renewing?.catch(() => undefined);
    },
  };
}
