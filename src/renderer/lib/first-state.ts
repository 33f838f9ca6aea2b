import type { AppState } from '../../contract/client/state.ts';
import type { WindowStore } from './window-store.ts';

/** The first snapshot, at once when it is there already; null when none came within `patience` ms. */
export function firstState(
  store: Pick<WindowStore, 'get' | 'subscribe'>,
  patience: number,
): Promise<AppState | null> {
  return new Promise((resolve) => {
    if (store.get().state !== null) return resolve(store.get().state);
    const finish = () => {
      clearTimeout(timer);
      unsubscribe();
      resolve(store.get().state);
    };
    const timer = setTimeout(finish, patience);
    const unsubscribe = store.subscribe(() => {
      if (store.get().state !== null) finish();
    });
  });
}
