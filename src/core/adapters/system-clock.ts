import { uptime } from 'node:os';
import type { Clock } from '../ports/clock.ts';

/** Longest delay of `setTimeout`; a longer one would fire at once (Node, "Timers"). Milliseconds. */
const longest = 2 ** 31 - 1;

export function createSystemClock(): Clock {
  return {
    now: () => Date.now(),
    monotonic: () => performance.now(),
    // Counts sleep on every system (libuv, uv_uptime), where the running time of Linux does not.
    sinceBoot: () => uptime() * 1000,
    setTimer(delay, run) {
      let left = Math.max(0, delay);
      let timer: NodeJS.Timeout;
      const wait = () => {
        const part = Math.min(left, longest);
        left -= part;
        timer = setTimeout(() => (left > 0 ? wait() : run()), part);
      };
      wait();
      return { cancel: () => clearTimeout(timer) };
    },
  };
}
