import type { NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import { expect, test } from 'vitest';
import { ownAddresses } from './own-addresses.ts';

const at = (cidr: string, internal = false) => ({ cidr, internal }) as NetworkInterfaceInfo;
const read = (all: ReturnType<typeof networkInterfaces>) => ownAddresses(() => all);

test('names the networks that reach others, whatever their order', () => {
  const cable = [at('192.0.2.7/24'), at('2001:db8::7/64')];
  const air = [at('198.51.100.20/24')];
  const text = read({ lo: [at('127.0.0.1/8', true)], eth0: cable, wlan0: air });
  expect(text.split('\n')).toEqual(['eth0 192.0.2.7/24', 'eth0 2001:db8::7/64', 'wlan0 198.51.100.20/24']);
  expect(read({ wlan0: air, eth0: cable.toReversed() })).toBe(text);
  expect(read({ eth0: cable })).not.toBe(text);
});

test('a system that refuses to tell has none', () => {
  const refused = () => {
    throw new Error('uv_interface_addresses returned an error');
  };
  expect(ownAddresses(refused)).toBe('');
});

test('this machine answers in that form', () => {
  const lines = ownAddresses().split('\n');
  expect(lines.filter((line) => !/^\S.* [\da-f.:]+\/\d+$/.test(line))).toEqual(lines[0] === '' ? [''] : []);
  expect(lines.filter((line) => / (127\.|::1\/)/.test(line))).toEqual([]);
});
