import { expect, test } from 'vitest';
import { networkFault } from './network-fault.ts';

const connecting = (code: string) =>
  Object.assign(new Error(`connect ${code}`), { code, syscall: 'connect' });
const chromium = (name: string) => new Error(`net::${name}`);

test.each([
  ['a firewall of this machine', connecting('EACCES'), 'network-offline', 'EACCES'],
  ['what Windows has no name for', connecting('UNKNOWN'), 'network-offline', 'UNKNOWN'],
  [
    'wrapped by fetch',
    new TypeError('fetch failed', { cause: connecting('EACCES') }),
    'network-offline',
    'EACCES',
  ],
  [
    'a laptop that sleeps',
    chromium('ERR_NETWORK_IO_SUSPENDED'),
    'network-offline',
    'ERR_NETWORK_IO_SUSPENDED',
  ],
  [
    'a firewall, by Chromium',
    chromium('ERR_NETWORK_ACCESS_DENIED'),
    'network-offline',
    'ERR_NETWORK_ACCESS_DENIED',
  ],
  ['too late, although while connecting', connecting('ETIMEDOUT'), 'network-timeout', 'ETIMEDOUT'],
  [
    'ended in the middle, by Chromium',
    chromium('ERR_CONNECTION_ABORTED'),
    'portal-truncated',
    'ERR_CONNECTION_ABORTED',
  ],
  [
    'neither connecting nor known',
    Object.assign(new Error('?'), { code: 'HPE_INVALID_TOKEN' }),
    'portal-failed',
    'HPE_INVALID_TOKEN',
  ],
])('%s', (_what, error, code, detail) => {
  expect(networkFault(error)).toMatchObject({ code, data: { detail } });
});
