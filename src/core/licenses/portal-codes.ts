import type { ErrorCode } from '../../contract/errors.ts';

/** The request cannot have reached the portal: what was asked has not happened. */
const neverArrived: ReadonlySet<ErrorCode> = new Set([
  'network-offline',
  'portal-certificate',
  'network-certificate-file',
  'portal-captive',
  'portal-address-invalid',
  'portal-not-aldaba',
  'not-configured',
  'not-signed-in',
  'session-ended',
  'access-ended',
  'proof-invalid',
  'keychain-unavailable',
  'keychain-locked',
  'keychain-denied',
]);

/** Nobody decided: it may be tried again as it is. */
const undecided: ReadonlySet<ErrorCode> = new Set([
  'network-timeout',
  'request-timeout',
  'portal-html',
  'portal-truncated',
  'portal-failed',
  'portal-refused',
  'too-many-requests',
  'unavailable',
  'internal',
  'session-raced',
  'cancelled',
  'disk-full',
  'folder-not-writable',
]);

/** Its time was over, and perhaps somebody took its place: nobody decided against this device, which may have another. */
const ranOut: ReadonlySet<ErrorCode> = new Set(['lease-ended', 'no-seat-free']);

/** Whether the portal's word about a lease is that it ran out. */
export function hasRunOut(code: ErrorCode): boolean {
  return ranOut.has(code);
}

/** What a failed call means for what was asked: done nothing, perhaps done, or decided against. */
export function whatFailed(code: ErrorCode): 'never-arrived' | 'undecided' | 'refused' {
  if (neverArrived.has(code)) return 'never-arrived';
  return undecided.has(code) ? 'undecided' : 'refused';
}
