import type { Clock } from '../../src/core/ports/clock.ts';

/** A clock that stands still until a test moves it. */
export interface FixedClock extends Clock {
  /** Lets `ms` of running time pass: timers that fall due run in their order, each with its own `now`. */
  advance(ms: number): Promise<void>;
  /** The wall clock alone jumps (a person or NTP set it); no timer fires and `monotonic` stays. */
  jump(ms: number): void;
  /** The laptop sleeps for `ms`: wall time passes, timers count running time only and fire late. */
  suspend(ms: number): void;
  /** The same where running time goes on while the machine sleeps (Windows, macOS): timers fire late, all at once. */
  suspendRunning(ms: number): void;
  /** Timers that wait. */
  readonly pending: number;
}

interface Timer {
  due: number;
  order: number;
  run: () => void;
}

/** Lets promise reactions and I/O callbacks that are already due run. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export const testStart = Date.UTC(2026, 2, 2, 8, 0, 0);

/** @param start wall-clock UTC in ms */
export function createFixedClock(start: number = testStart): FixedClock {
  let wall = start;
  let running = 0;
  let slept = 0;
  let order = 0;
  const timers = new Set<Timer>();
  const nextDue = (limit: number): Timer | undefined =>
    [...timers].filter((timer) => timer.due <= limit).sort((a, b) => a.due - b.due || a.order - b.order)[0];
  return {
    now: () => wall,
    monotonic: () => running,
    sinceBoot: () => running + slept,
    setTimer(delay, run) {
      const timer = { due: running + Math.max(0, delay), order: order++, run };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    async advance(ms) {
      const end = running + ms;
      for (let timer = nextDue(end); timer !== undefined; timer = nextDue(end)) {
        timers.delete(timer);
        wall += Math.max(0, timer.due - running);
        running = Math.max(running, timer.due);
        timer.run();
        await settle();
      }
      wall += end - running;
      running = end;
      await settle();
    },
    jump(ms) {
      wall += ms;
    },
    suspend(ms) {
      wall += ms;
      slept += ms;
    },
    suspendRunning(ms) {
      wall += ms;
      running += ms;
    },
    get pending() {
      return timers.size;
    },
  };
}
