import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkPassword, leakKey, passwordLength } from '../../domain/password-policy.ts';
import { isLeakedPassword, leakBytes } from './leaked-passwords.ts';

const list = readFileSync(new URL('../../../resources/passwords/leaked.bin', import.meta.url));
const check = (password: string) => checkPassword(password, { email: '', words: [] }, isLeakedPassword);

describe('the list of leaked passwords', () => {
  test('has its numbers in rising order, each once', () => {
    const numbers = Array.from({ length: list.length / leakBytes }, (_, index) =>
      list.readUIntBE(index * leakBytes, leakBytes),
    );
    expect(numbers.length).toBeGreaterThan(13_000);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  test.each(['worldofwarcraft', 'perasperaadastra', 'q1w2e3r4t5y6u7i8', 'inhocsignovinces'])(
    'knows %s, which no other rule refuses',
    (password) => {
      expect(checkPassword(password, { email: '', words: [] })).toBeNull();
      expect(check(password)).toBe('password-common');
      expect(check(password.toUpperCase())).toBe('password-common');
    },
  );

  test.each(['tres gaviotas cruzan el muelle', 'la barca vieja no tiene remos', 'k7 zvq wplm xfj'])(
    'does not know %s',
    (password) => expect(check(password)).toBeNull(),
  );

  test('property: takes none of 50,000 passwords that leaked nowhere for one that did', () => {
    const unknown = fc.string({ unit: 'grapheme-ascii', minLength: passwordLength.minimum, maxLength: 40 });
    fc.assert(
      fc.property(unknown, (password) => {
        expect(isLeakedPassword(leakKey(password))).toBe(false);
      }),
      { numRuns: 50_000, seed: 20260302 },
    );
  });
});
