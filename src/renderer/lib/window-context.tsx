import { createContext, type ReactNode, useContext, useSyncExternalStore } from 'react';
import type { AppState } from '../../contract/client/state.ts';
import type { Client } from './link.ts';
import type { LinkState, WindowStore } from './window-store.ts';

const StoreContext = createContext<WindowStore | null>(null);

export function WindowProvider({ store, children }: { store: WindowStore; children: ReactNode }) {
  return <StoreContext value={store}>{children}</StoreContext>;
}

export function useWindowStore(): WindowStore {
  const store = useContext(StoreContext);
  if (store === null) throw new Error('there is no WindowProvider above');
  return store;
}

export function useClient(): Client {
  return useWindowStore().client;
}

export function useLink(): LinkState {
  const store = useWindowStore();
  return useSyncExternalStore(store.subscribe, () => store.get().link);
}

/** The snapshot, or null before the first. */
export function useOptionalState(): AppState | null {
  const store = useWindowStore();
  return useSyncExternalStore(store.subscribe, () => store.get().state);
}

/** A part of the snapshot. `select` returns a part as it is, or a plain value: what it returns is compared by identity. */
export function useAppState<T>(select: (state: AppState) => T): T {
  const store = useWindowStore();
  return useSyncExternalStore(store.subscribe, () => {
    const { state } = store.get();
    if (state === null) throw new Error('no snapshot yet');
    return select(state);
  });
}
