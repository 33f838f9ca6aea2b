import { expect, test, vi } from 'vitest';
import { signedInState } from '../../../test/fakes/client/states.ts';
import { firstState } from './first-state.ts';
import type { Snapshot } from './window-store.ts';

function createStore(first: Snapshot) {
  let snapshot = first;
  const listeners = new Set<() => void>();
  return {
    get: () => snapshot,
    subscribe(listener: () => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set(next: Snapshot) {
      snapshot = next;
      for (const listener of listeners) listener();
    },
    listeners,
  };
}
const nothing: Snapshot = { link: 'connecting', state: null };
const something: Snapshot = { link: 'connected', state: signedInState };

test('a snapshot that is there already is not waited for', async () => {
  const store = createStore(something);
  await expect(firstState(store, 60_000)).resolves.toBe(signedInState);
  expect(store.listeners.size).toBe(0);
});

test('the first one that comes is taken, and nothing goes on listening', async () => {
  const store = createStore(nothing);
  const first = firstState(store, 60_000);
  store.set({ link: 'refused', state: null });
  store.set(something);
  await expect(first).resolves.toBe(signedInState);
  expect(store.listeners.size).toBe(0);
});

test('when none comes the window does not wait any longer', async () => {
  vi.useFakeTimers();
  const store = createStore(nothing);
  const first = firstState(store, 300);
  await vi.advanceTimersByTimeAsync(300);
  await expect(first).resolves.toBeNull();
  expect(store.listeners.size).toBe(0);
  vi.useRealTimers();
});
