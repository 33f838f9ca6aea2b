import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commonTokens } from './password-common.ts';
import { checkPassword, leakKey, normalizePassword, passwordLength } from './password-policy.ts';

const nobody = { email: '', words: [] };
const ana = {
  email: 'ana.quispe@condor.example',
  words: ['Ana Quispe Mamani', 'Estructuras Cóndor S.A.C.', 'Aldaba'],
};

describe('length', () => {
  test('15 to 128 characters of any kind', () => {
    expect(checkPassword('k7 zvq wplm xfj', nobody)).toBeNull();
    expect(checkPassword('k7 zvq wplm xf', nobody)).toBe('password-too-short');
    const long =
      'mañana llueve sobre el puente viejo de piedra gris que cruza el arroyo donde nadie pesca truchas desde hace muchisimos inviernos';
    expect([...long]).toHaveLength(128);
    expect(checkPassword(long, nobody)).toBeNull();
    expect(checkPassword(`${long}x`, nobody)).toBe('password-too-long');
  });

  test('a character is a code point of the normalized text, not a byte or half of a pair', () => {
    const emoji = '🦙🏔️🌊🪨🌽🧶🎻🪗🐦🌵🦆🧀🥔🪶';
    const points = [...normalizePassword(emoji)].length;
    expect(points).toBe(15);
    expect(checkPassword(emoji, nobody)).toBeNull();
    // "ñ" as one character and as two is the same password.
    expect(normalizePassword('man\u0303ana')).toBe(normalizePassword('ma\u00f1ana'));
  });

  test('property: nothing shorter or longer passes, whatever it consists of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (password) => {
        const length = [...normalizePassword(password)].length;
        const refusal = checkPassword(password, ana);
        expect(refusal === 'password-too-short').toBe(length < passwordLength.minimum);
        expect(refusal === 'password-too-long').toBe(length > passwordLength.maximum);
      }),
    );
  });
});

describe('a password that leaked', () => {
  const leaked = 'perasperaadastra';
  const check = (password: string) => checkPassword(password, nobody, (key) => key === leakKey(leaked));

  test.each([
    leaked,
    'Per Aspera Ad Astra',
    'PER ÁSPERA AD ÁSTRA',
    'ｐｅｒ ａｓｐｅｒａ ａｄ ａｓｔｒａ',
    'p3r@sp3raad@$tra',
    'per aspera ad astra 2026!!',
    'mi_perasperaadastra_k7',
  ])('is refused as %j', (password) => {
    expect(check(password)).toBe('password-common');
    expect(checkPassword(password, nobody)).toBeNull();
  });

  test('may be part of one that has enough of its own', () => {
    expect(check('per aspera ad astra k7zvqwpl')).toBeNull();
    expect(check('perasperaadastr')).toBeNull();
  });

  test('property: with fewer than 8 characters around it never passes, and is asked about in at most 36 ways', () => {
    const around = fc.string({ unit: fc.constantFrom(...'abcxyz0189-_.'), maxLength: 7 });
    fc.assert(
      fc.property(around, fc.nat(7), (text, cut) => {
        expect(check(`${text.slice(0, cut)}${leaked}${text.slice(cut)}`)).toBe('password-common');
        let asked = 0;
        checkPassword(`${text}${leaked}k7zvqwpl`, nobody, () => {
          asked += 1;
          return false;
        });
        expect(asked).toBeLessThanOrEqual(36);
      }),
    );
  });
});

describe('passwords that guessers try first', () => {
  test.each([
    'passwordpassword',
    'Password123456789',
    'P@ssw0rd P@ssw0rd',
    'contraseña123456',
    'Contraseña-Contraseña-2026',
    'senha senha senha',
    'qwertyuiop123456',
    'qwertyuiopasdfghjkl',
    '1q2w3e4r5t6y7u8i9o0p',
    '123456789012345',
    '987654321987654321',
    'aaaaaaaaaaaaaaaaaaaa',
    'abcabcabcabcabcabc',
    'xk7xk7xk7xk7xk7xk7xk7',
    'abcdefghijklmnopqrstuvwxyz',
    'AdministradorAdministrador1',
    'iloveyou iloveyou iloveyou',
    'te amo para siempre',
    'correct horse battery staple',
    'En un lugar de la Mancha',
    'Bienvenido2024Bienvenido2025',
    'Verano2026!Verano2026!',
    'juan pedro pablo luis',
    'dragondragondragon!!!',
    'letmeinletmeinletmein',
  ])('%s', (password) => {
    expect(checkPassword(password, nobody)).toBe('password-common');
  });

  test('property: any row of well-known words, numbers in sequence and years is refused', () => {
    const known = fc.constantFrom(...commonTokens, '1234', '9876', '2024', '1999', '!!!', '...', 'qwer');
    fc.assert(
      fc.property(
        fc.array(known, { minLength: 4, maxLength: 8 }),
        fc.constantFrom('', ' ', '-'),
        (words, between) => {
          const password = words.join(between);
          const length = [...normalizePassword(password)].length;
          fc.pre(length >= passwordLength.minimum && length <= passwordLength.maximum);
          expect(checkPassword(password, nobody)).toBe('password-common');
        },
      ),
    );
  });

  test('property: repeating something short makes nothing of it', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, maxLength: 7 }),
        fc.integer({ min: 3, max: 18 }),
        (unit, times) => {
          const password = unit.repeat(times);
          const length = [...normalizePassword(password)].length;
          fc.pre(length >= passwordLength.minimum && length <= passwordLength.maximum);
          expect(checkPassword(password, nobody)).toBe('password-common');
        },
      ),
    );
  });
});

describe('passwords made of what is known of the person', () => {
  test.each([
    'CondorQuispeCondor2026',
    'Cóndor Cóndor Quispe 1',
    'anaquispe@condor.example',
    'ana.quispe.condor.2026!',
    'Mam4ni Qu1spe C0ndor 77',
    'quispe-mamani-quispe',
    'condor.example.password',
  ])('%s', (password) => {
    expect(checkPassword(password, ana)).toBe('password-contextual');
  });

  test('the same words are nobody else’s', () => {
    expect(checkPassword('Cóndor Cóndor Quispe 1', nobody)).toBeNull();
  });
});

describe('passwords that people may have', () => {
  test.each([
    'tres gaviotas cruzan el muelle',
    'el cóndor pasa sobre mi tejado roto',
    'quispe vende zapallos los martes',
    'murciélago-tenedor-aduana-violín',
    'Xk29!vQm#7pLz$4w',
    'zorrillo trepa andamio',
    '83920184756293048',
    'ハシビロコウは今日も動かないでいる',
    'não choveu no sertão esta semana toda',
  ])('%s', (password) => {
    expect(checkPassword(password, ana)).toBeNull();
  });

  test('property: sixteen random letters and digits pass (one in a million is a pattern by chance)', () => {
    const character = fc.constantFrom(...'bcdfghjkmnpqrtvwxyz26790');
    fc.assert(
      fc.property(fc.array(character, { minLength: 20, maxLength: 60 }), (characters) => {
        expect(checkPassword(characters.join(''), nobody)).toBeNull();
      }),
      { seed: 15, numRuns: 500 },
    );
  });
});

test('property: the verdict does not depend on how a letter was typed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (password) => {
      const verdict = checkPassword(password, ana);
      expect(checkPassword(password.normalize('NFD'), ana)).toBe(verdict);
      expect(checkPassword(password.normalize('NFC'), ana)).toBe(verdict);
    }),
  );
});
