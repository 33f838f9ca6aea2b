import { expect, test } from 'vitest';
import { takeStep } from './take-step.ts';

const never = new Promise<never>(() => {});
const { signal } = new AbortController();

test('gives what happened, or why it did not', async () => {
  expect(await takeStep('it rains', Promise.resolve('rain'), signal)).toBe('rain');
  await expect(takeStep('it rains', Promise.reject(new Error('dry')), signal)).rejects.toThrow('dry');
});

test('what does not happen in time is named', async () => {
  await expect(takeStep('it rains', never, signal, 10)).rejects.toThrow(
    'in 0.01 s it did not happen that it rains',
  );
});

test('ends with whoever waits', async () => {
  const person = new AbortController();
  const waiting = takeStep('it rains', never, person.signal);
  person.abort(new Error('enough'));
  await expect(waiting).rejects.toThrow('enough');
  await expect(takeStep('it rains', never, person.signal)).rejects.toThrow('enough');
});
