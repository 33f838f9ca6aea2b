import { expect, test, vi } from 'vitest';
import { withRetry } from './with-retry.ts';

function fault(code: string): Error {
  return new Error('Failed query: …', { cause: Object.assign(new Error('said the database'), { code }) });
}

test('a transaction that lost a deadlock runs again, once', async () => {
  const lost = vi.fn<() => Promise<string>>().mockRejectedValueOnce(fault('40P01')).mockResolvedValue('done');
  expect(await withRetry(lost)).toBe('done');
  const always = vi.fn<() => Promise<string>>().mockRejectedValue(fault('40001'));
  await expect(withRetry(always)).rejects.toThrow('Failed query');
  expect(always).toHaveBeenCalledTimes(2);
});

test('every other fault is told at once', async () => {
  const broken = vi.fn<() => Promise<string>>().mockRejectedValue(fault('23505'));
  await expect(withRetry(broken)).rejects.toThrow('Failed query');
  expect(broken).toHaveBeenCalledTimes(1);
});
