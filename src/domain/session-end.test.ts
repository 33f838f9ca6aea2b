import { expect, test } from 'vitest';
import { nearSessionEnd } from './session-end.ts';

const day = 86_400_000;
const sessionEndsAt = '2026-12-12T10:32:00.000Z';
const end = Date.parse(sessionEndsAt);

test.each([
  ['15 days before', end - 15 * day, null],
  ['a moment before the last 14 days', end - 14 * day - 1, null],
  ['14 days before', end - 14 * day, sessionEndsAt],
  ['at the last moment', end - 1, sessionEndsAt],
  ['once it is over', end, null],
])('%s', (_, now, near) => {
  expect(nearSessionEnd({ sessionEndsAt }, now)).toBe(near);
});

test('nothing of nobody, nor where the portal says no end', () => {
  expect([nearSessionEnd(null, end - 1), nearSessionEnd({}, end - 1)]).toEqual([null, null]);
});
