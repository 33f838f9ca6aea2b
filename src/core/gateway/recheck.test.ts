import { expect, test } from 'vitest';
import { createFixedClock } from '../../../test/fakes/clock.ts';
import { createMemorySettings } from '../../../test/fakes/settings.ts';
import { AldabaError } from '../../contract/errors.ts';
import { createRecheck } from './recheck.ts';

function checking({ portal = 'https://portal.example' as string | null } = {}) {
  const clock = createFixedClock();
  const answers: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  const settings = createMemorySettings({ stored: { value: { portal } } });
  const check = createRecheck({ clock, settings }, () => {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    answers.push({ resolve, reject });
    return promise;
  });
  return { clock, check, answers };
}

test('several that ask at once are one question, and wait for its answer', async () => {
  const { check, answers } = checking();
  const all = Promise.all([check(), check(), check()]);
  expect(answers).toHaveLength(1);
  answers[0]?.resolve();
  await all;
});

test('after an answer, whatever it was, the next question is 5 s away', async () => {
  const { clock, check, answers } = checking();
  const first = check();
  answers[0]?.reject(new AldabaError('network-offline', 'nobody there'));
  await first;
  await clock.advance(4999);
  await check();
  expect(answers).toHaveLength(1);
  await clock.advance(1);
  const second = check();
  expect(answers).toHaveLength(2);
  answers[1]?.resolve();
  await second;
});

test('a portal that names a time is not asked before it', async () => {
  const { clock, check, answers } = checking();
  const first = check();
  answers[0]?.reject(new AldabaError('unavailable', 'starting', { retryAfter: 30 }));
  await first;
  await clock.advance(29_999);
  await check();
  expect(answers).toHaveLength(1);
  await clock.advance(1);
  void check();
  expect(answers).toHaveLength(2);
});

test('without a portal there is nobody to ask', async () => {
  const { check, answers } = checking({ portal: null });
  await check();
  expect(answers).toEqual([]);
});
