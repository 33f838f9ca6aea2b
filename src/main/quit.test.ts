import { EventEmitter } from 'node:events';
import type { App } from 'electron';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { waitBeforeQuit } from './quit.ts';

/** Quits as Electron does: unless somebody prevents it. */
function createApp() {
  const emitter = new EventEmitter();
  let quits = 0;
  const quit = () => {
    let prevented = false;
    emitter.emit('before-quit', { preventDefault: () => (prevented = true) });
    if (!prevented) quits++;
  };
  return { app: Object.assign(emitter, { quit }) as unknown as App, quits: () => quits };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('quits once the core has stopped, however often it is asked', async () => {
  const { app, quits } = createApp();
  const stopping = Promise.withResolvers<void>();
  const stop = vi.fn(() => stopping.promise);
  waitBeforeQuit(app, stop);
  app.quit();
  app.quit();
  expect(quits()).toBe(0);
  stopping.resolve();
  await vi.advanceTimersByTimeAsync(0);
  expect(quits()).toBe(1);
  expect(stop).toHaveBeenCalledOnce();
});

test('quits although the core fails to stop', async () => {
  const { app, quits } = createApp();
  waitBeforeQuit(app, () => Promise.reject(new Error('disk full')));
  app.quit();
  await vi.advanceTimersByTimeAsync(0);
  expect(quits()).toBe(1);
});

test('quits after four seconds although the core never stops', async () => {
  const { app, quits } = createApp();
  waitBeforeQuit(app, () => new Promise(() => {}));
  app.quit();
  await vi.advanceTimersByTimeAsync(3999);
  expect(quits()).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect(quits()).toBe(1);
});
