import { createAlarm } from '../alarm.ts';
import { isUnreachable } from '../gateway/gateway.ts';
import { backoff } from '../licenses/backoff.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import { asAldabaError } from '../problem.ts';

/** A refresh token idles out after 90 days; a renewal twice a day also notices an ended session. Milliseconds. */
const pause = 12 * 3_600_000;
/** First renewal after the start. Milliseconds. */
const firstPause = 1500;
/** Waits between tries while the portal or the keychain does not answer: 15 s doubling to 10 min, full jitter. Milliseconds. */
const retry = { first: 15_000, most: 600_000 };

/** Renews the session with nobody asking for anything. */
export interface KeepAlive {
  /** The first renewal comes after the start has answered and the window is drawn. */
  start(): void;
  /** Renews now; when the portal or the keychain does not answer, again later. Never throws. */
  run(): Promise<void>;
  /** There is a new access token, whoever asked for it: the next renewal is half a day away. */
  renewed(): void;
  /** There is no session to renew. */
  clear(): void;
  /** Nothing is renewed by itself from now on, whatever was under way brings. */
  stop(): void;
}

/** @param renew gets a new access token from the portal */
export function createKeepAlive(clock: Clock, log: Log, renew: () => Promise<unknown>): KeepAlive {
  const alarm = createAlarm(clock, () => void run());
  let failures = 0;
  let stopped = false;

  async function run(): Promise<void> {
    try {
      await renew();
      failures = 0;
    } catch (error) {
      const { code, data } = asAldabaError(error);
      log.info({ code }, 'the session was not renewed');
      if (!(isUnreachable(code) || code === 'unavailable' || code.startsWith('keychain-'))) return;
      failures++;
      setIn(backoff(failures, retry, Math.random, data?.retryAfter));
    }
  }

  /** What was under way when it stopped ends later, and an alarm would keep the process from ending. */
  function setIn(ms: number): void {
    if (!stopped) alarm.set(clock.now() + ms);
  }

  return {
    start: () => setIn(firstPause),
    run,
    renewed() {
      failures = 0;
      setIn(pause);
    },
    clear: alarm.clear,
    stop() {
      stopped = true;
      alarm.clear();
    },
  };
}
