import { describe, expect, test } from 'vitest';
import { createFixedClock } from '../../../test/fakes/clock.ts';
import { createTestPorts } from '../../../test/fakes/ports.ts';
import { appStateSchema } from '../../contract/client/state.ts';
import { initialState } from './initial-state.ts';
import { createStateStore } from './state-store.ts';

async function make() {
  const ports = await createTestPorts();
  await ports.remove();
  return createStateStore(initialState(ports), createFixedClock());
}

describe('the snapshot', () => {
  test('is valid from the first moment', async () => {
    const store = await make();
    expect(appStateSchema.parse(store.get())).toEqual(store.get());
  });

  test('a watcher gets the present one, then the newest whole one, however many changes a tick has', async () => {
    const store = await make();
    const states = store.watch(new AbortController().signal);
    expect((await states.next()).value).toBe(store.get());
    const next = states.next();
    store.update({ profile: null });
    store.notice({ id: 'a', level: 'info', problem: { code: 'cancelled', data: undefined } });
    store.notice({ id: 'a', level: 'warning', problem: { code: 'disk-full', data: undefined } });
    expect((await next).value?.notices).toMatchObject([{ id: 'a', level: 'warning', code: 'disk-full' }]);
    store.clearNotice('a');
    store.clearNotice('never there');
    expect((await states.next()).value?.notices).toEqual([]);
  });

  test('changes while nobody waits are not lost and not repeated', async () => {
    const store = await make();
    const states = store.watch(new AbortController().signal);
    await states.next();
    store.update({ uses: [] });
    store.update({ downloads: [] });
    await new Promise((resolve) => setImmediate(resolve));
    expect((await states.next()).done).toBe(false);
    let more = false;
    const waiting = states.next().then(({ done }) => {
      more = done !== true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(more).toBe(false);
    await states.return?.();
    await waiting;
    expect(more).toBe(false);
  });

  test('ends at once when its signal aborts or its reader leaves', async () => {
    const store = await make();
    const abort = new AbortController();
    const states = store.watch(abort.signal);
    await states.next();
    const last = states.next();
    abort.abort();
    expect(await last).toEqual({ done: true, value: undefined });
    expect((await store.watch(AbortSignal.abort()).next()).done).toBe(true);
    const seen: unknown[] = [];
    for await (const state of store.watch(new AbortController().signal)) {
      seen.push(state);
      break;
    }
    expect(seen).toHaveLength(1);
  });
});
