import { expect, test } from 'vitest';
import { type Access, contactState } from './contact-state.ts';

const now = Date.UTC(2026, 2, 1);
const hour = 3_600_000;
const waiting: Access = {
  givesAccess: true,
  suspended: false,
  accepted: false,
  invitedUntil: now + 72 * hour,
};

test.each<[string, Partial<Access>, number, string]>([
  ['waits for its activation', {}, now, 'invited'],
  ['D5: is expired when the 72 h are over, to the millisecond', {}, now + 72 * hour, 'expired'],
  ['is still invited a millisecond before', {}, now + 72 * hour - 1, 'invited'],
  ['without a pending invitation can be invited again', { invitedUntil: null }, now, 'expired'],
  [
    'is active once the person accepted, whatever the invitation',
    { accepted: true },
    now + 99 * hour,
    'active',
  ],
  ['stays suspended whatever else is true', { accepted: true, suspended: true }, now, 'suspended'],
  ['suspended before accepting is suspended', { suspended: true }, now, 'suspended'],
  [
    'B11: with a role that gives no access has none',
    { givesAccess: false, accepted: true },
    now,
    'no-access',
  ],
])('a contact that %s', (_case, change, at, state) => {
  expect(contactState({ ...waiting, ...change }, at)).toBe(state);
});
