/** Time as the core sees it. Milliseconds; `now` is wall-clock UTC and may jump, `monotonic` never goes back. */
export interface Clock {
  now(): number;
  monotonic(): number;
  /** Calls once after `delay` ms of running time. A suspended laptop fires late: callers compare `now()` again. */
  setTimer(delay: number, run: () => void): { cancel(): void };
}
