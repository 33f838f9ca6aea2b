import { isIPv6 } from 'node:net';

/**
 * The network as which an address is counted, wherever something is bounded by address: an IPv4 address as it is, also when it is written as IPv6
 * (RFC 4291, 2.5.5.2); of an IPv6 address its /64, which is the least that one subscriber has (RFC 6177).
 */
export function countedNetwork(address: string): string {
  const plain = address.split('%', 1)[0] ?? '';
  if (!isIPv6(plain)) return address;
  // The URL parser writes every form of an address in one way (RFC 5952).
  const [head = '', tail] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const parts = (text: string) => (text === '' ? [] : text.split(':'));
  const after = parts(tail ?? '');
  const before = parts(head);
  const groups = [...before, ...Array<string>(8 - before.length - after.length).fill('0'), ...after].map(
    (group) => Number.parseInt(group, 16),
  );
  const [high = 0, low = 0] = groups.slice(6);
  if (groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff)
    return [high >> 8, high & 255, low >> 8, low & 255].join('.');
  return `${groups
    .slice(0, 4)
    .map((group) => group.toString(16))
    .join(':')}::/64`;
}
