import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalizeEmail } from './email.ts';

describe('normalizeEmail', () => {
  test.each([
    ['Lucia.Ferrer@Condor.Example', 'lucia.ferrer@condor.example'],
    ['  ana@condor.example\n', 'ana@condor.example'],
    ['ＡＮＡ@condor.example', 'ana@condor.example'],
    ['pe\u0301rez@condor.example', 'p\u00e9rez@condor.example'],
  ])('%j is compared as %j', (typed, compared) => {
    expect(normalizeEmail(typed)).toBe(compared);
  });

  test('keeps apart what providers keep apart', () => {
    expect(normalizeEmail('a.b+obra@condor.example')).toBe('a.b+obra@condor.example');
  });

  test('is the same when done twice, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const once = normalizeEmail(text);
        expect(normalizeEmail(once)).toBe(once);
      }),
      { numRuns: 2000 },
    );
  });

  test('does not depend on case, for any address of letters and digits', () => {
    fc.assert(
      fc.property(fc.emailAddress(), (address) => {
        expect(normalizeEmail(address.toUpperCase())).toBe(normalizeEmail(address));
      }),
    );
  });
});
