import { expect, test } from 'vitest';
import { hasSessionBus } from './has-session-bus.ts';

const socket = (path: string) => (asked: string) => asked === path;

test('the address in the environment decides', () => {
  const there = () => true;
  expect(hasSessionBus({ DBUS_SESSION_BUS_ADDRESS: 'unix:path=/tmp/bus' }, () => false)).toBe(true);
  expect(hasSessionBus({ DBUS_SESSION_BUS_ADDRESS: 'disabled:' }, there)).toBe(false);
  expect(hasSessionBus({ DBUS_SESSION_BUS_ADDRESS: '' }, there)).toBe(false);
});

test('without one, the socket in the runtime folder', () => {
  const folder = { XDG_RUNTIME_DIR: '/run/user/1000' };
  expect(hasSessionBus(folder, socket('/run/user/1000/bus'))).toBe(true);
  expect(hasSessionBus(folder, () => false)).toBe(false);
  expect(hasSessionBus({}, socket(`/run/user/${process.geteuid?.()}/bus`))).toBe(true);
});
