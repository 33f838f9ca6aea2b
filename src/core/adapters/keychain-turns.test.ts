import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createKeychainTurns } from './keychain-turns.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('one question at a time; a refusal holds up nobody', async () => {
  const ask = createKeychainTurns();
  const first = Promise.withResolvers<string>();
  const begun: number[] = [];
  const one = ask(() => first.promise);
  const other = ask(async () => begun.push(2));
  await vi.advanceTimersByTimeAsync(1000);
  expect(begun).toEqual([]);
  first.reject(new Error('unlock prompt was dismissed'));
  await expect(one).rejects.toMatchObject({ code: 'keychain-locked' });
  await other;
  expect(begun).toEqual([2]);
});

test('who cannot wait longer hears that it is locked, while the prompt stays and nobody else prompts', async () => {
  const ask = createKeychainTurns();
  const prompt = Promise.withResolvers<string>();
  const hurried = expect(ask(() => prompt.promise, 3000)).rejects.toMatchObject({ code: 'keychain-locked' });
  const patient = ask(async () => 'dos');
  await vi.advanceTimersByTimeAsync(3000);
  await hurried;
  prompt.resolve('uno');
  expect(await patient).toBe('dos');
});

test('a question whose keychain went away under it loses its turn after a minute', async () => {
  const ask = createKeychainTurns();
  const lost = expect(ask(() => new Promise(() => {}))).rejects.toMatchObject({ code: 'keychain-locked' });
  await vi.advanceTimersByTimeAsync(30_000);
  const next = ask(async () => 'uno');
  await vi.advanceTimersByTimeAsync(30_000);
  await lost;
  expect(await next).toBe('uno');
});
