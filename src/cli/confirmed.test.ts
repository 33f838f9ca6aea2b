import { PassThrough } from 'node:stream';
import { ORPCError } from '@orpc/client';
import { expect, test, vi } from 'vitest';
import { confirmed } from './confirmed.ts';
import type { Context } from './context.ts';
import type { Client } from './open-client.ts';

function person(input: string) {
  const stdin = new PassThrough();
  stdin.end(input);
  return { stdin: () => stdin, signal: new AbortController().signal } as unknown as Context;
}
const portal = () => {
  const confirmPassword = vi.fn(async (_input: { password: string }) => ({ until: '' }));
  return { client: { session: { confirmPassword } } as unknown as Client, confirmPassword };
};
const refused = () => new ORPCError('confirmation-required');

test('what needs no password asks for none', async () => {
  const { client, confirmPassword } = portal();
  expect(await confirmed(person('secreto'), client, async () => 'done')).toBe('done');
  expect(confirmPassword).not.toHaveBeenCalled();
});

test('what needs one reads it from standard input, confirms it, and is done once more', async () => {
  const { client, confirmPassword } = portal();
  const work = vi.fn().mockRejectedValueOnce(refused()).mockResolvedValueOnce('done');
  expect(await confirmed(person('secreto\n'), client, work)).toBe('done');
  expect(confirmPassword).toHaveBeenCalledExactlyOnceWith({ password: 'secreto' });
  expect(work).toHaveBeenCalledTimes(2);
});

test('a wrong password is the refusal, and the work is not tried again', async () => {
  const { client, confirmPassword } = portal();
  confirmPassword.mockRejectedValueOnce(new ORPCError('invalid-credentials'));
  const work = vi.fn().mockRejectedValue(refused());
  await expect(confirmed(person('otra'), client, work)).rejects.toMatchObject({
    code: 'invalid-credentials',
  });
  expect(work).toHaveBeenCalledOnce();
});

test('another refusal passes through', async () => {
  const { client } = portal();
  const work = () => Promise.reject(new ORPCError('last-administrator'));
  await expect(confirmed(person('x'), client, work)).rejects.toMatchObject({ code: 'last-administrator' });
});

test('no password on standard input: a wrong use', async () => {
  const { client } = portal();
  await expect(confirmed(person(''), client, () => Promise.reject(refused()))).rejects.toMatchObject({
    key: 'usage.noSecret',
  });
});
