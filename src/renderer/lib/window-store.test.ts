import { createRouterClient } from '@orpc/server';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createFakeCore, type FakeCore } from '../../../test/fakes/client/fake-core.ts';
import { signedInState } from '../../../test/fakes/client/states.ts';
import { becomes } from '../../../test/support/becomes.ts';
import { type Connect, LinkRefused, type Wire } from './link.ts';
import { createWindowStore, type WindowStore } from './window-store.ts';

let core: FakeCore;
let store: WindowStore | undefined;

beforeEach(() => {
  core = createFakeCore({ state: signedInState });
});
afterEach(() => store?.close());

/** A wire that calls the fake's procedures and breaks when it is told to. */
function createWire(): Wire & { cut(): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const client = createRouterClient(core.router);
  return {
    calls: {
      call(path, input, options) {
        const procedure = path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], client);
        return (procedure as (input: unknown, options: object) => Promise<unknown>)(input, {
          ...(options.signal === undefined ? {} : { signal: options.signal }),
        });
      },
    },
    closed: promise,
    close: () => resolve(),
    cut: () => resolve(),
  };
}

/** Hands out these wires in turn; a function in place of one refuses. */
function inTurn(...wires: (Wire | (() => Error))[]): Connect {
  return async () => {
    const next = wires.shift();
    if (next === undefined) return new Promise<Wire>(() => {});
    if (typeof next === 'function') throw next();
    return next;
  };
}

test('shows the snapshot and every change of it', async () => {
  store = createWindowStore(inTurn(createWire()));
  const { get } = store;
  expect(get()).toEqual({ link: 'connecting', state: null });
  await becomes(() => expect(get()).toEqual({ link: 'connected', state: signedInState }));
  core.update({ uses: [] });
  await becomes(() => expect(get().state?.uses).toEqual([]));
});

test('a part that did not change stays the same object, so that only what changed renders', async () => {
  store = createWindowStore(inTurn(createWire()));
  const { get } = store;
  await becomes(() => expect(get().state).not.toBeNull());
  const before = get().state;
  core.update({ uses: [], device: structuredClone(signedInState.device) });
  await becomes(() => expect(get().state?.uses).toEqual([]));
  expect(get().state?.device).toBe(before?.device);
});

test('the core goes away and comes back: it is seen, the last snapshot stays, and the window finds it by itself', async () => {
  const first = createWire();
  store = createWindowStore(inTurn(first, createWire()));
  const { get } = store;
  await becomes(() => expect(get().link).toBe('connected'));
  const seen: string[] = [];
  store.subscribe(() => seen.push(get().link));
  first.cut();
  await becomes(() => expect(seen).toEqual(['lost', 'connected']));
  expect(get().state).toEqual(signedInState);
});

test('a launch cookie that is gone is told apart from a core that is gone', async () => {
  store = createWindowStore(inTurn(() => new LinkRefused('401')));
  const { get } = store;
  await becomes(() => expect(get()).toEqual({ link: 'refused', state: null }));
});

test('before the first snapshot a core that does not answer is still being opened, not lost', async () => {
  const attempts = vi.fn(async (): Promise<Wire> => {
    throw new Error('nobody there');
  });
  store = createWindowStore(attempts);
  await becomes(() => expect(attempts.mock.calls.length).toBeGreaterThan(1));
  expect(store.get()).toEqual({ link: 'connecting', state: null });
});

test('a call without a way to the core is refused as lost, and one that the core refuses keeps its code', async () => {
  const wire = createWire();
  store = createWindowStore(inTurn(wire));
  const { client, get } = store;
  await expect(client.licenses.renew()).rejects.toMatchObject({ name: 'LinkLost' });
  await becomes(() => expect(get().link).toBe('connected'));
  await expect(client.licenses.renew()).resolves.toBeUndefined();
  core.refuse('licenses.renew', 'network-offline');
  await expect(client.licenses.renew()).rejects.toMatchObject({ code: 'network-offline' });
});
