import { expect, test } from 'vitest';
import { formatLicenseKey, licenseKeyRandomBytes } from '../../../domain/license-key.ts';
import { emailError } from '../sign-in/email-error.ts';
import { keyError } from './key-error.ts';

/** Answers the key of the text. */
const t = ((key: string) => key) as Parameters<typeof keyError>[1];
const key = formatLicenseKey(new Uint8Array(licenseKeyRandomBytes).fill(7));

test('a slip in a key is seen before anybody is asked, however the key was typed', () => {
  expect(keyError('', t)).toEqual({ key: 'setup.key.missing' });
  expect(keyError('  ', t)).toEqual({ key: 'setup.key.missing' });
  expect(keyError(key.slice(0, -1), t)).toEqual({ key: 'setup.key.slip' });
  expect(keyError(key, t)).toEqual({});
  expect(keyError(` ${key.toLowerCase().replaceAll('-', ' ')} `, t)).toEqual({});
});

test('an address that is plainly none is said at once, everything else is the portal’s to judge', () => {
  expect(emailError(' ', t)).toBe('signIn.emailMissing');
  for (const wrong of ['lucia', 'lucia@condor', 'lucia @condor.example', '@condor.example'])
    expect(emailError(wrong, t)).toBe('signIn.emailWrong');
  for (const right of ['lucia@condor.example', ' lucia+viga@condor.example '])
    expect(emailError(right, t)).toBeNull();
});
