import type { Clock } from '../ports/clock.ts';
import type { ClockGuard } from './clock-guard.ts';

/** Longest sleep between two looks, so that a clock that moved or a machine that slept is noticed within it. ms. */
export const longestSleep = 30_000;
/** Wall and running time that disagree by more were moved or slept. ms. */
const jumpTolerance = 5000;

/** Notices that the machine slept, or that somebody moved its clock, and lets the clock's mark go on. */
export interface TimeJumps {
  /** Time before this is not looked at. */
  begin(): void;
  /** True when running time and wall time since the last look disagree. */
  look(): boolean;
}

/** @param now ms UTC as licenses count it */
export function createTimeJumps(clock: Clock, guard: ClockGuard, now: () => number): TimeJumps {
  let lastWall = clock.now();
  let lastRun = clock.monotonic();
  let lastBoot = clock.sinceBoot();
  return {
    begin() {
      lastWall = clock.now();
      lastRun = clock.monotonic();
      lastBoot = clock.sinceBoot();
    },
    look() {
      const wall = clock.now();
      const run = clock.monotonic();
      const ran = run - lastRun;
      // Running time stands still while a machine sleeps on Linux, and goes on in Windows and macOS: there it is the timer that is late.
      const jumped = Math.abs(wall - lastWall - ran) > jumpTolerance || ran > longestSleep + jumpTolerance;
      const boot = clock.sinceBoot();
      // With the time asleep: else a clock that is set back by each night's sleep would never be.
      guard.advance(now(), boot - lastBoot);
      lastBoot = boot;
      lastWall = wall;
      lastRun = run;
      return jumped;
    },
  };
}
