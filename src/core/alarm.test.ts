import { expect, test } from 'vitest';
import { createFixedClock } from '../../test/fakes/clock.ts';
import { createAlarm } from './alarm.ts';

const hour = 3_600_000;

function make() {
  const clock = createFixedClock();
  const rings: number[] = [];
  const start = clock.now();
  const alarm = createAlarm(clock, () => rings.push(clock.now() - start));
  return { clock, rings, alarm, start };
}

test('rings once, at its time of the wall clock', async () => {
  const { clock, rings, alarm, start } = make();
  alarm.set(start + hour);
  await clock.advance(hour - 1);
  expect(rings).toEqual([]);
  await clock.advance(5 * hour);
  expect(rings).toEqual([hour]);
});

test('after a suspend over its time it rings within a minute of running', async () => {
  const { clock, rings, alarm, start } = make();
  alarm.set(start + hour);
  await clock.advance(60_000);
  clock.suspend(8 * hour);
  await clock.advance(60_000);
  expect(rings).toHaveLength(1);
});

test('a clock that is set forward rings it, one set back does not put it off', async () => {
  const { clock, rings, alarm, start } = make();
  alarm.set(start + hour);
  clock.jump(-20 * 24 * hour);
  await clock.advance(hour - 1);
  expect(rings).toEqual([]);
  await clock.advance(1);
  expect(rings).toHaveLength(1);
  alarm.set(clock.now() + hour);
  clock.jump(hour);
  await clock.advance(60_000);
  expect(rings).toHaveLength(2);
});

test('setting it again replaces the time, clearing it ends it', async () => {
  const { clock, rings, alarm, start } = make();
  alarm.set(start + 1000);
  alarm.set(start + 2000);
  await clock.advance(1500);
  expect(rings).toEqual([]);
  alarm.clear();
  await clock.advance(hour);
  expect(rings).toEqual([]);
  expect(clock.pending).toBe(0);
});
