import type { ErrorCode } from '../contract/errors.ts';

/** What the command line answers to a script (licensing.md, "Command line"). 1 is a fault that has no better number. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  notLicensed: 3,
  needsSignIn: 4,
  network: 5,
  refused: 6,
} as const;
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const needsSignIn: readonly ErrorCode[] = [
  'not-signed-in',
  'session-ended',
  'invalid-credentials',
  'account-choice-expired',
  'confirmation-required',
  'sign-in-cancelled',
  'sign-in-unavailable',
];

const notLicensed: readonly ErrorCode[] = [
  'not-licensed',
  'not-configured',
  'no-seat-free',
  'no-seat-assigned',
  'product-unknown',
  'key-invalid',
  'key-exhausted',
  'lease-ended',
  'lease-reclaimed',
  'device-mismatch',
  'device-limit',
  'rebind-limit',
  'device-changed',
  'device-drift',
  'read-only',
  'clock-suspect',
  'file-expired',
  'file-superseded',
  'file-returned',
  'file-not-yet-valid',
  'file-wrong-product',
  'file-wrong-device',
  'file-foreign-key',
  'file-tampered',
];

const refused: readonly ErrorCode[] = [
  'forbidden',
  'policy-locked',
  'role-exceeds-own',
  'target-outranks-actor',
  'last-administrator',
  'shared-identity-not-administrator',
  'self-not-allowed',
  'owner-protected',
];

const usage: readonly ErrorCode[] = ['invalid-input', 'portal-address-invalid', 'file-not-found'];

/** The exit code of a refusal. */
export function exitCodeOf(code: ErrorCode): ExitCode {
  if (needsSignIn.includes(code)) return exitCodes.needsSignIn;
  if (notLicensed.includes(code)) return exitCodes.notLicensed;
  if (refused.includes(code)) return exitCodes.refused;
  if (usage.includes(code)) return exitCodes.usage;
  if (/^(network|portal)-/.test(code) || code === 'unavailable' || code === 'too-many-requests')
    return exitCodes.network;
  return exitCodes.failed;
}
