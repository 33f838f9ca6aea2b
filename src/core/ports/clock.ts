/**
 * Time as the core sees it. Milliseconds; `now` is wall-clock UTC and may jump, `monotonic` never goes back and may stand still while the
 * machine sleeps, `sinceBoot` goes on then and starts again with the machine.
 */
export interface Clock {
  now(): number;
  monotonic(): number;
  sinceBoot(): number;
  /** Calls once after `delay` ms of running time. A suspended laptop fires late: callers compare `now()` again. */
  setTimer(delay: number, run: () => void): { cancel(): void };
}
