import { expect, test } from 'vitest';
import { AldabaError } from '../contract/errors.ts';
import { waitForSeat } from './wait-for-seat.ts';

/** Asks whose answers are given, in order; a position in the queue is a refusal. */
function rig(answers: (number | string)[]) {
  const pauses: number[] = [];
  const said: string[] = [];
  const ticket = '0195b0a0-0000-7000-8000-0000000000f1';
  const context = {
    signal: new AbortController().signal,
    stderr: { write: (text: string) => said.push(text) } as unknown as NodeJS.WriteStream,
    t: (_key: string, values: object = {}) => JSON.stringify(values),
  };
  async function ask(): Promise<string> {
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (typeof answer !== 'number') return answer ?? '';
    throw new AldabaError('no-seat-free', 'taken', { queue: { ticket, position: answer }, retryAfter: 30 });
  }
  const wait = (minutes: number, asked = ask) =>
    waitForSeat(context, minutes, asked, async (ms) => pauses.push(ms));
  return { wait, pauses, said };
}

test('asks again when the portal says, until a seat is there, and says each place in the queue once', async () => {
  const { wait, pauses, said } = rig([3, 3, 1, 'license']);
  expect(await wait(10)).toBe('license');
  expect(pauses).toEqual([30_000, 30_000, 30_000]);
  expect(said).toEqual(['{"position":3}\n', '{"position":1}\n']);
});

test('gives up when the time is over, with a last try at its end', async () => {
  const { wait, pauses } = rig([2]);
  await expect(wait(2)).rejects.toMatchObject({ code: 'no-seat-free' });
  expect(pauses).toEqual([30_000, 30_000, 30_000, 30_000]);
});

test('without it nothing is waited for, and another refusal is nothing to wait for', async () => {
  const { wait, pauses, said } = rig([1]);
  await expect(wait(0)).rejects.toMatchObject({ code: 'no-seat-free' });
  await expect(wait(5, () => Promise.reject(new AldabaError('key-invalid')))).rejects.toMatchObject({
    code: 'key-invalid',
  });
  expect(pauses).toEqual([]);
  expect(said).toEqual([]);
});

test('a signal ends the waiting', async () => {
  const over = new AbortController();
  const { signal } = over;
  const stderr = { write: () => over.abort() } as unknown as NodeJS.WriteStream;
  const taken = new AldabaError('no-seat-free', 'taken', {
    queue: { ticket: '0195b0a0-0000-7000-8000-0000000000f1', position: 1 },
  });
  await expect(
    waitForSeat({ signal, stderr, t: (key) => key }, 5, () => Promise.reject(taken)),
  ).rejects.toMatchObject({ name: 'AbortError' });
});
