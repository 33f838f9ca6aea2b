import type { Clock } from './ports/clock.ts';

/** Rings once at a time of the wall clock. Setting it again replaces the time. */
export interface Alarm {
  set(at: number): void;
  clear(): void;
}

/** A suspended laptop's timer counts running time, and a wall clock may be set: look again at least this often. Milliseconds. */
const lookAgain = 60_000;

/** @param ring called when `clock.now()` has reached the time, however it got there */
export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let timer: { cancel(): void } | null = null;
  let due = 0;

  function wait(): void {
    const left = due - clock.now();
    timer = clock.setTimer(Math.min(Math.max(left, 0), lookAgain), () => {
      timer = null;
      if (clock.now() >= due) ring();
      else wait();
    });
  }

  return {
    set(at) {
      timer?.cancel();
      due = at;
      wait();
    },
    clear() {
      timer?.cancel();
      timer = null;
    },
  };
}
