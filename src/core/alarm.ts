import type { Clock } from './ports/clock.ts';

/** Rings once at a time of the wall clock, or after as long a running time, whichever comes first. Setting it again replaces the time. */
export interface Alarm {
  set(at: number): void;
  clear(): void;
}

/** A suspended laptop's timer counts running time, and a wall clock may be set: look again at least this often. Milliseconds. */
const lookAgain = 60_000;

/** @param ring called when the time has come; a clock that is set back does not put it off */
export function createAlarm(clock: Clock, ring: () => void): Alarm {
  let timer: { cancel(): void } | null = null;
  let due = 0;
  let dueRunning = 0;

  function wait(): void {
    const left = Math.min(due - clock.now(), dueRunning - clock.monotonic());
    timer = clock.setTimer(Math.min(Math.max(left, 0), lookAgain), () => {
      timer = null;
      if (clock.now() >= due || clock.monotonic() >= dueRunning) ring();
      else wait();
    });
  }

  return {
    set(at) {
      timer?.cancel();
      due = at;
      dueRunning = clock.monotonic() + at - clock.now();
      wait();
    },
    clear() {
      timer?.cancel();
      timer = null;
    },
  };
}
