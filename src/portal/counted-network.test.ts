import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countedNetwork } from './counted-network.ts';

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['::ffff:cb00:7107', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:db8::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['no address', 'no address'],
])('%s counts as %s', (address, network) => {
  expect(countedNetwork(address)).toBe(network);
});

test('all addresses of one /64 count as one, those of another do not', () => {
  fc.assert(
    fc.property(fc.ipV6(), fc.ipV6(), (one, other) => {
      const [network, otherNetwork] = [countedNetwork(one), countedNetwork(other)];
      fc.pre(network.endsWith('::/64') && otherNetwork.endsWith('::/64'));
      const prefix = (text: string) => text.replace('::/64', '');
      expect(countedNetwork(`${prefix(network)}:1:2:3:4`)).toBe(network);
      expect(countedNetwork(`${prefix(network)}:ffff::`)).toBe(network);
      if (network !== otherNetwork)
        expect(countedNetwork(`${prefix(otherNetwork)}:1:2:3:4`)).not.toBe(network);
    }),
  );
});
