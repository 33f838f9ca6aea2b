import { expect, test, vi } from 'vitest';
import { brokenIndex, RacedError, withRetry } from './with-retry.ts';

function fault(code: string, constraint?: string): Error {
  return new Error('Failed query: …', {
    cause: Object.assign(new Error('said the database'), { code, constraint }),
  });
}

test('a transaction that lost a deadlock runs again, five times in all', async () => {
  const lost = vi.fn<() => Promise<string>>().mockRejectedValueOnce(fault('40P01')).mockResolvedValue('done');
  expect(await withRetry(lost)).toBe('done');
  const always = vi.fn<() => Promise<string>>().mockRejectedValue(fault('40001'));
  await expect(withRetry(always)).rejects.toThrow('Failed query');
  expect(always).toHaveBeenCalledTimes(5);
});

test('one that found another quicker runs again, and in the end answers what it would have', async () => {
  const raced = new RacedError('invalid-input', 'taken');
  const work = vi.fn<() => Promise<string>>().mockRejectedValueOnce(raced).mockResolvedValue('done');
  expect(await withRetry(work)).toBe('done');
  await expect(withRetry(() => Promise.reject(raced))).rejects.toMatchObject({ code: 'invalid-input' });
});

test('a broken unique index is known by its name, any other fault by none', () => {
  expect(brokenIndex(fault('23505', 'session_pkey'))).toBe('session_pkey');
  expect(brokenIndex(fault('23503', 'session_pkey'))).toBeUndefined();
  expect(brokenIndex(new Error('Failed query: …'))).toBeUndefined();
});

test('every other fault is told at once', async () => {
  const broken = vi.fn<() => Promise<string>>().mockRejectedValue(fault('23505'));
  await expect(withRetry(broken)).rejects.toThrow('Failed query');
  expect(broken).toHaveBeenCalledTimes(1);
});
