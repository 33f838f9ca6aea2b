import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  advanceClockMark,
  type ClockMark,
  clockMarkAfterContact,
  clockVerdict,
  raiseClockMark,
} from './clock-mark.ts';

const hour = 3_600_000;
const high = 1_772_438_400_000;
const mark: ClockMark = { high, suspect: null };

describe('back by', () => {
  test.each([
    [0, 'ok'],
    [2 * hour, 'ok'],
    [2 * hour + 1, 'warned'],
    [24 * hour, 'warned'],
    [24 * hour + 1, 'suspect'],
  ] as const)('%d ms: %s', (back, verdict) => {
    expect(clockVerdict(mark, high - back)).toMatchObject({ verdict, back });
  });
  test('forward is never back', () => {
    expect(clockVerdict(mark, high + 400 * 24 * hour)).toEqual({ verdict: 'ok', back: 0 });
  });
});

describe('suspect', () => {
  const back = high - 48 * hour;
  const seen = advanceClockMark(mark, back, 0);
  test('72 h from the moment it is seen', () => {
    expect(seen).toEqual({ high, suspect: { since: back, ran: 0 } });
    expect(clockVerdict(seen, back)).toMatchObject({ until: back + 72 * hour });
  });
  test('setting it back again and again buys nothing: running time counts', () => {
    let now = seen;
    for (let turn = 0; turn < 72; turn++) now = advanceClockMark(now, back, hour);
    expect(clockVerdict(now, back)).toMatchObject({ verdict: 'suspect', until: back });
  });
  test('time that passes while nothing runs counts by the clock', () => {
    const long = { high: high + 1000 * hour, suspect: { since: back, ran: 0 } };
    expect(clockVerdict(long, back + 70 * hour)).toMatchObject({ until: back + 72 * hour });
  });
  test('one contact settles it', () => {
    const settled = clockMarkAfterContact(back + 10);
    expect(clockVerdict(settled, back)).toMatchObject({ verdict: 'ok' });
  });
  test('a clock that is right again is no longer suspect', () => {
    expect(advanceClockMark(seen, high - hour, 1000)).toEqual({ high: high + 1000, suspect: null });
  });
  test('waiting does not make a clock right that stays set back', () => {
    let now = seen;
    for (let hours = 1; hours <= 71; hours++) now = advanceClockMark(now, back + hours * hour, hour);
    expect(clockVerdict(now, back + 71 * hour)).toEqual({
      verdict: 'suspect',
      back: 48 * hour,
      until: back + 72 * hour,
    });
  });
});

test('a signed time raises the mark, never lowers it', () => {
  expect(raiseClockMark(mark, high + 5).high).toBe(high + 5);
  expect(raiseClockMark(mark, high - 5)).toBe(mark);
});

describe('properties', () => {
  const step = fc.record({
    now: fc.integer({ min: high - 200 * hour, max: high + 200 * hour }),
    ran: fc.nat({ max: 10 * hour }),
  });
  test('without contact the mark never goes down and is never below the clock', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        let now = mark;
        for (const { now: clock, ran } of steps) {
          const next = advanceClockMark(now, clock, ran);
          expect(next.high).toBe(Math.max(now.high + ran, clock));
          now = next;
        }
      }),
    );
  });
  test('while suspect, the deadline never moves further away than real running time allows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat({ max: 5 * hour }), { maxLength: 40 }),
        fc.integer({ min: 25 * hour, max: 400 * hour }),
        (runs, back) => {
          let state = advanceClockMark(mark, high - back, 0);
          let left = 72 * hour;
          for (const ran of runs) {
            state = advanceClockMark(state, high - back, ran);
            const verdict = clockVerdict(state, high - back);
            if (verdict.verdict !== 'suspect') throw new Error('must stay suspect');
            const now = verdict.until - (high - back);
            expect(now).toBe(left - ran);
            left = now;
          }
        },
      ),
    );
  });
});
