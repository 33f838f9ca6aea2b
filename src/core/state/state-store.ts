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
    async *watch(signal) {
      let seen = -1;
      while (!signal.aborted) {
        if (seen !== revision) {
          seen = revision;
          yield state;
          continue;
        }
        await new Promise<void>((resolve) => {
          const wake = () => {
            wakeUps.delete(wake);
            signal.removeEventListener('abort', wake);
            resolve();
          };
          wakeUps.add(wake);
          signal.addEventListener('abort', wake, { once: true });
        });
      }
    },
  };
}
