import { expect, test, vi } from 'vitest';
import { createFixedClock } from '../../../test/fakes/clock.ts';
import { createMemoryLog } from '../../../test/fakes/log.ts';
import { AldabaError } from '../../contract/errors.ts';
import { createKeepAlive } from './keep-alive.ts';

const day = 24 * 3_600_000;

function make(renew: () => Promise<unknown> = async () => undefined) {
  const clock = createFixedClock();
  const renewal = vi.fn(renew);
  return { clock, renewal, keepAlive: createKeepAlive(clock, createMemoryLog(), renewal) };
}

test('renews soon after the start, and then half a day after each renewal', async () => {
  const { clock, renewal, keepAlive } = make(async () => keepAlive.renewed());
  keepAlive.start();
  await clock.advance(1500);
  expect(renewal).toHaveBeenCalledTimes(1);
  await clock.advance(day / 2);
  expect(renewal).toHaveBeenCalledTimes(2);
});

test.each([
  ['a start', ({ keepAlive }: ReturnType<typeof make>) => keepAlive.start()],
  ['a renewal that was under way', ({ keepAlive }: ReturnType<typeof make>) => keepAlive.renewed()],
])('after it stopped %s sets nothing that would keep the process', (_what, happens) => {
  const made = make();
  const timers = vi.spyOn(made.clock, 'setTimer');
  made.keepAlive.stop();
  happens(made);
  expect(timers).not.toHaveBeenCalled();
});

test('after it stopped a renewal that fails is not tried again', async () => {
  const { clock, renewal, keepAlive } = make(async () => {
    keepAlive.stop();
    throw new AldabaError('network-offline', 'no network');
  });
  await keepAlive.run();
  await clock.advance(day);
  expect(renewal).toHaveBeenCalledTimes(1);
});
