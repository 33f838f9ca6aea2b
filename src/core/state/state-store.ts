import type { AppState } from '../../contract/client/state.ts';
import type { StateStore } from '../parts.ts';
import type { Clock } from '../ports/clock.ts';

/** The one snapshot. Watchers get the present one at once and then the newest whole one after each tick that changed it. */
export function createStateStore(initial: AppState, clock: Clock): StateStore {
  let state = initial;
  let revision = 0;
  const wakeUps = new Set<() => void>();
  let announced = false;

  function changed(): void {
    revision++;
    if (announced) return;
    announced = true;
    setImmediate(() => {
      announced = false;
      for (const wake of [...wakeUps]) wake();
    });
  }

  function replaceNotices(notices: AppState['notices']): void {
    state = { ...state, notices };
    changed();
  }

  return {
    get: () => state,
    update(change) {
      state = { ...state, ...change };
      changed();
    },
    notice({ id, level, problem }) {
      const at = new Date(clock.now()).toISOString();
      const others = state.notices.filter((notice) => notice.id !== id);
      replaceNotices([...others, { id, level, code: problem.code, data: problem.data, at }]);
    },
    clearNotice(id) {
      if (state.notices.some((notice) => notice.id === id)) {
        replaceNotices(state.notices.filter((notice) => notice.id !== id));
      }
    },
    watch(signal) {
      let seen = -1;
      let ended = false;
      let waiting: ((result: IteratorResult<AppState, void>) => void) | null = null;

      function deliver(): void {
        if (waiting === null || (!ended && seen === revision)) return;
        const resolve = waiting;
        waiting = null;
        seen = revision;
        resolve(ended ? { done: true, value: undefined } : { done: false, value: state });
      }
      function end(): void {
        ended = true;
        wakeUps.delete(deliver);
        signal.removeEventListener('abort', end);
        deliver();
      }
      wakeUps.add(deliver);
      signal.addEventListener('abort', end, { once: true });
      if (signal.aborted) end();

      // Not a generator: its return() would wait for a change that may never come.
      return {
        next: () =>
          new Promise((resolve) => {
            waiting = resolve;
            deliver();
          }),
        async return() {
          end();
          return { done: true, value: undefined };
        },
        [Symbol.asyncIterator]() {
          return this;
        },
        async [Symbol.asyncDispose]() {
          end();
        },
      };
    },
  };
}
