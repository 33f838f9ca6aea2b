import { expect, test } from 'vitest';
import { createFixedClock } from '../../../test/fakes/clock.ts';
import { createRetry } from './retry.ts';

const limits = { first: 2000, most: 300_000 };

function failing(times: number, retryAfter?: number) {
  const clock = createFixedClock();
  const retry = createRetry(clock, limits, () => 0.5);
  for (let n = 0; n < times; n++) retry.failed(retryAfter);
  return { clock, retry };
}

test('what never failed may be tried, and hurrying changes nothing', () => {
  const { retry } = failing(0);
  retry.hurry();
  expect(retry.wait()).toBe(0);
});

test('waits longer after each failure, and no more once it went well', async () => {
  const { clock, retry } = failing(3);
  expect(retry.wait()).toBe(4000);
  await clock.advance(1500);
  expect(retry.wait()).toBe(2500);
  retry.reset();
  expect(retry.wait()).toBe(0);
  retry.failed();
  expect(retry.wait()).toBe(1000);
});

test('hurried it comes within a second, and not later than it would', () => {
  const { retry } = failing(8);
  expect(retry.wait()).toBe(128_000);
  retry.hurry();
  expect(retry.wait()).toBe(500);
  const soon = failing(1).retry;
  soon.hurry();
  expect(soon.wait()).toBe(500);
});

test('not before the time that the portal asked for, however it is hurried', async () => {
  const { clock, retry } = failing(1, 120);
  retry.hurry();
  expect(retry.wait()).toBe(120_500);
  await clock.advance(120_000);
  retry.hurry();
  expect(retry.wait()).toBe(500);
});
