import { expect, test, vi } from 'vitest';
import { createBatcher } from './batcher.ts';

/** Work that waits until it is let go, and notes what it was given. */
function gate() {
  const calls: { key: string; items: readonly number[]; finish: (error?: Error) => void }[] = [];
  const batch = createBatcher<number, string>(
    (key, items) =>
      new Promise((resolve, reject) => {
        const finish = (error?: Error) =>
          error === undefined ? resolve(items.map((item) => `${key}${item}`)) : reject(error);
        calls.push({ key, items, finish });
      }),
    3,
  );
  return { calls, batch };
}

test('the first goes at once, those that come meanwhile go together, at most the limit', async () => {
  const { calls, batch } = gate();
  const answers = [1, 2, 3, 4, 5].map((item) => batch('a', item));
  expect(calls.map((call) => call.items)).toEqual([[1]]);
  calls[0]?.finish();
  await answers[0];
  await expect.poll(() => calls.length).toBe(2);
  expect(calls[1]?.items).toEqual([2, 3, 4]);
  calls[1]?.finish();
  await expect.poll(() => calls.length).toBe(3);
  calls[2]?.finish();
  expect(await Promise.all(answers)).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
});

test('keys do not wait for one another', async () => {
  const { calls, batch } = gate();
  const slow = batch('a', 1);
  const quick = batch('b', 2);
  calls[1]?.finish();
  expect(await quick).toBe('b2');
  calls[0]?.finish();
  expect(await slow).toBe('a1');
});

test('a failure is told to those of its batch alone', async () => {
  const { calls, batch } = gate();
  const first = batch('a', 1);
  const second = batch('a', 2);
  calls[0]?.finish(new Error('broken'));
  await expect(first).rejects.toThrow('broken');
  await expect.poll(() => calls.length).toBe(2);
  calls[1]?.finish();
  expect(await second).toBe('a2');
  const third = batch('a', 3);
  await expect.poll(() => calls.length).toBe(3);
  calls[2]?.finish();
  expect(await third).toBe('a3');
});

test('work that takes too long holds the next up no more, and is answered when it is done', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    const { calls, batch } = gate();
    const stuck = batch('a', 1);
    const later = batch('a', 2);
    expect(calls).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(250);
    expect(calls.map(({ items }) => items)).toEqual([[1], [2]]);
    calls[1]?.finish();
    expect(await later).toBe('a2');
    calls[0]?.finish();
    expect(await stuck).toBe('a1');
  } finally {
    vi.useRealTimers();
  }
});
