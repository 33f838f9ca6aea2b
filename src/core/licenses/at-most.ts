import type { Clock } from '../ports/clock.ts';

/** Resolves when `work` is done or `term` ms of running time are over. */
export async function atMost(clock: Clock, term: number, work: Promise<unknown>): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = clock.setTimer(term, resolve);
    const done = () => {
      timer.cancel();
      resolve();
    };
    work.then(done, done);
  });
}
