import { argon2Sync } from 'node:crypto';
import { expect, test } from 'vitest';
import { createPasswordHasher, passwordCost } from './password-hasher.ts';

const little = { memory: 64, passes: 1 };

test('a hash is salted, in PHC form with the stated parameters, and only its password fits', async () => {
  const hasher = createPasswordHasher();
  const [first, second] = await Promise.all([hasher.hash('tres gaviotas'), hasher.hash('tres gaviotas')]);
  expect(first).toMatch(/^\$argon2id\$v=19\$m=65536,t=3,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(second).not.toBe(first);
  expect(await hasher.verify('tres gaviotas', first)).toBe(true);
  expect(await hasher.verify('tres gaviotas ', first)).toBe(false);
});

test('reads a hash that another implementation of Argon2 made', async () => {
  // From the reference implementation's command: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1 -l 32
  const foreign = '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc';
  expect(await createPasswordHasher().verify('password', foreign)).toBe(true);
});

test('Node’s own Argon2id makes the same of it', async () => {
  const [, , , , salt = '', tag] = (await createPasswordHasher().hash('tres gaviotas')).split('$');
  const computed = argon2Sync('argon2id', {
    message: 'tres gaviotas',
    nonce: Buffer.from(salt, 'base64'),
    ...passwordCost,
    parallelism: 1,
    tagLength: 32,
  });
  expect(computed.toString('base64').replaceAll('=', '')).toBe(tag);
});

test('a stored hash that cannot be read is an error, never an answer', async () => {
  const hasher = createPasswordHasher({ cost: little });
  for (const stored of [
    '',
    'secret',
    '$argon2id$v=19$m=65536,t=3,p=1$c29tZXNhbHQ',
    '$2b$10$abcdefghijklmnopqrstuv',
  ])
    await expect(hasher.verify('secret', stored)).rejects.toThrow();
});

test('the way a letter was typed makes no difference', async () => {
  const hasher = createPasswordHasher({ cost: little });
  expect(await hasher.verify('man\u0303ana', await hasher.hash('ma\u00f1ana'))).toBe(true);
});

test('nobody’s hash costs a hash and is never right', async () => {
  expect(await createPasswordHasher({ cost: little }).verify('whatever', null)).toBe(false);
});

test('more than fit into the queue are told to come back, the others all get their answer', async () => {
  const hasher = createPasswordHasher({ cost: little, concurrency: 1, waiting: 2 });
  const answers = await Promise.allSettled(Array.from({ length: 5 }, () => hasher.verify('x', null)));
  expect(answers.map(({ status }) => status)).toEqual([
    'fulfilled',
    'fulfilled',
    'fulfilled',
    'rejected',
    'rejected',
  ]);
  expect(answers[3]).toMatchObject({ reason: { code: 'unavailable', data: { retryAfter: 5 } } });
  // The queue has room again.
  expect(await hasher.verify('x', null)).toBe(false);
});

test('networks take turns: one that asks for many hashes keeps nobody else waiting, and fills the queue for itself alone', async () => {
  const hasher = createPasswordHasher({ cost: little, concurrency: 1, waiting: 6 });
  const done: string[] = [];
  const ask = (network: string) =>
    hasher.verify('x', null, network).then(
      () => done.push(network),
      () => done.push(`${network} refused`),
    );
  await Promise.all(
    ['flood', 'flood', 'flood', 'flood', 'flood', 'flood', 'flood', 'one', 'other', 'one'].map(ask),
  );
  expect(done).toEqual([
    'flood refused',
    'flood refused',
    'flood refused',
    'flood',
    'flood',
    'one',
    'other',
    'flood',
    'one',
    'flood',
  ]);
});
