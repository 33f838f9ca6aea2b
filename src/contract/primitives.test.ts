import { describe, expect, test } from 'vitest';
import { lineSchema, publicKeySchema } from './primitives.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

test('a public key is written in one way: of four spellings of its last character one is taken', () => {
  // 43 characters are 258 bits: the last two belong to no byte (RFC 4648, 3.5).
  for (const [index, last] of [...alphabet].entries()) {
    const x = `${'k'.repeat(42)}${last}`;
    const { success } = publicKeySchema.safeParse({ kty: 'OKP', crv: 'Ed25519', x });
    expect([last, success]).toEqual([last, index % 4 === 0]);
  }
});

describe('a line of text', () => {
  const line = lineSchema(100);

  test.each(['Lucía Peña', 'O’Brien-Ñandú', '李小龍', 'مریم', 'علی\u200Cرضا', 'PC-12 🏗️'])(
    'takes %j',
    (text) => {
      expect(line.parse(text)).toBe(text);
    },
  );

  test.each([
    ['a control character', 'a\u0000b'],
    ['a line end', 'a\nb'],
    ['a line separator', 'a\u2028b'],
    ['a paragraph separator', 'a\u2029b'],
    ['half of a pair', 'a\ud800b'],
    ['an override of direction', 'gpj.\u202Eexe'],
    ['an embedding', 'a\u202Bb'],
    ['an isolate', 'a\u2067b\u2069'],
  ])('refuses %s', (_what, text) => {
    expect(line.safeParse(text).success).toBe(false);
  });
});
