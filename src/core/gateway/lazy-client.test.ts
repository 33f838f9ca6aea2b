import { expect, test, vi } from 'vitest';
import { lazyClient } from './lazy-client.ts';

test('is made with the first call, once, and calls what it is asked for with what it is given', async () => {
  const made = { seats: { assign: vi.fn(async (seat: string, by: string) => `${seat} ${by}`) } };
  const make = vi.fn(async () => made);
  const client = lazyClient(make);
  const { seats } = client;
  await Promise.resolve(client);
  expect(make).not.toHaveBeenCalled();
  const answers = await Promise.all([seats.assign('viga', 'ana'), seats.assign('muro', 'luis')]);
  expect(answers).toEqual(['viga ana', 'muro luis']);
  expect(make).toHaveBeenCalledTimes(1);
});

test('a call that could not make it fails, and the next one tries again', async () => {
  const client = lazyClient(
    vi
      .fn()
      .mockRejectedValueOnce(new Error('no such file'))
      .mockResolvedValueOnce({ ping: async () => 'pong' }),
  ) as { ping(): Promise<string> };
  await expect(client.ping()).rejects.toThrow('no such file');
  await expect(client.ping()).resolves.toBe('pong');
});
