import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatLicenseKey, licenseKeyPrefix, licenseKeyRandomBytes, parseLicenseKey } from './license-key.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const keys = fc
  .uint8Array({ minLength: licenseKeyRandomBytes, maxLength: licenseKeyRandomBytes })
  .map(formatLicenseKey);
const position = fc.integer({ min: 4, max: 32 });

test('has the form that people are told', () => {
  const key = formatLicenseKey(Uint8Array.from({ length: licenseKeyRandomBytes }, (_, index) => index));
  expect(key).toMatch(/^ALD(-[0-9A-HJKMNP-TV-Z]{5}){5}$/);
  expect(licenseKeyPrefix(key)).toBe('ALD-01234');
  expect(() => formatLicenseKey(new Uint8Array(21))).toThrow(RangeError);
});

test('different randomness makes different keys', () => {
  fc.assert(
    fc.property(keys, keys, (first, second) => {
      expect(parseLicenseKey(first)).toBe(first);
      if (first !== second) expect(parseLicenseKey(second)).not.toBe(first);
    }),
  );
});

describe('is read', () => {
  const spellings: readonly [string, (key: string) => string][] = [
    ['in lower case', (key) => key.toLowerCase()],
    ['with spaces', (key) => ` ${key.replaceAll('-', ' ')}\n`],
    ['without separators', (key) => key.replaceAll('-', '')],
    ['with the dashes of a word processor', (key) => key.replaceAll('-', ' – ')],
    ['without its prefix', (key) => key.slice(4)],
    ['with O for 0 and I for 1', (key) => `ALD${key.slice(3).replaceAll('0', 'O').replaceAll('1', 'I')}`],
    ['with l for 1', (key) => key.toLowerCase().replaceAll('1', 'l')],
  ];
  test.each(spellings)('%s', (_, spell) => {
    fc.assert(
      fc.property(keys, (key) => {
        expect(parseLicenseKey(spell(key))).toBe(key);
      }),
    );
  });
});

describe('a slip is noticed:', () => {
  test('one wrong character', () => {
    fc.assert(
      fc.property(keys, position, fc.constantFrom(...alphabet), (key, index, character) => {
        fc.pre(key[index] !== '-' && key[index] !== character);
        expect(parseLicenseKey(key.slice(0, index) + character + key.slice(index + 1))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  test('two characters swapped', () => {
    fc.assert(
      fc.property(keys, fc.nat(21), fc.nat(21), (key, index, other) => {
        const characters = Array.from(key.slice(4).replaceAll('-', ''));
        const [first = '', second = ''] = [characters[index], characters[other]];
        fc.pre(first !== second);
        characters[index] = second;
        characters[other] = first;
        expect(parseLicenseKey(characters.join(''))).toBeUndefined();
      }),
      { numRuns: 2000 },
    );
  });

  test('a character missing or too many', () => {
    fc.assert(
      fc.property(keys, position, (key, index) => {
        fc.pre(key[index] !== '-');
        expect(parseLicenseKey(key.slice(0, index) + key.slice(index + 1))).toBeUndefined();
        expect(parseLicenseKey(`${key.slice(0, index)}A${key.slice(index)}`)).toBeUndefined();
      }),
    );
  });
});

test('no text crashes the parser, and what it answers is a key', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 200 }),
        fc.string({ unit: fc.constantFrom(...alphabet, '-', ' '), maxLength: 40 }),
      ),
      (text) => {
        const key = parseLicenseKey(text);
        if (key !== undefined) expect(parseLicenseKey(key)).toBe(key);
      },
    ),
  );
  expect(parseLicenseKey('')).toBeUndefined();
  expect(parseLicenseKey('ALD-UUUUU-UUUUU-UUUUU-UUUUU-UUUUU')).toBeUndefined();
});
