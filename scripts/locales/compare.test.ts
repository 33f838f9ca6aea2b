import fc from 'fast-check';
import { expect, test } from 'vitest';
import { catalogOf } from './catalog.ts';
import { compareCatalogs } from './compare.ts';

const problems = (es: unknown, en: unknown) =>
  compareCatalogs(
    new Map([
      ['es', catalogOf(new Map([['app', es]]))],
      ['en', catalogOf(new Map([['app', en]]))],
    ]),
  );

test.each([
  ['the same keys', { a: { b: 'uno' } }, { a: { b: 'one' } }],
  ['a format on a variable', { a: 'el {{date}}' }, { a: 'on {{ date, datetime }}' }],
  [
    'each language’s own plural forms',
    { n_one: 'una', n_many: '{{count}} de', n_other: '{{count}}' },
    { n_one: 'one', n_other: '{{count}}' },
  ],
  [
    'a form for nought',
    { n_zero: 'nada', n_one: 'una', n_many: '{{count}}', n_other: '{{count}}' },
    { n_one: 'one', n_other: '{{count}}' },
  ],
  ['a key that only looks like a plural', { sign_one: 'a' }, { sign_one: 'a' }],
  ['a nested text', { a: 'x', b: 'y $t(a)' }, { a: 'x', b: 'y $t(app:a, {"n": 1})' }],
])('accepts %s', (_, es, en) => {
  expect(problems(es, en)).toEqual([]);
});

test.each([
  ['a missing key', { a: 'x', b: 'y' }, { a: 'x' }, ['en app:b: missing']],
  ['a key elsewhere', { a: { b: 'x' } }, { b: 'x' }, ['en app:a.b: missing', 'es app:b: missing']],
  ['an empty text', { a: ' ' }, { a: 'x' }, ['es app:a: empty']],
  ['a missing variable', { a: '{{n}} de {{m}}' }, { a: '{{n}}' }, ['en app:a: lacks the variables m']],
  [
    'a misspelt variable',
    { a: '{{n}}' },
    { a: '{{N}}' },
    ['es app:a: lacks the variables N', 'en app:a: lacks the variables n'],
  ],
  ['a missing tag', { a: '<b>x</b>' }, { a: 'x' }, ['en app:a: lacks the tags b']],
  [
    'what is no text',
    { a: 1, b: ['x'], c: null },
    {},
    ['es app:a', 'es app:b', 'es app:c'].map((id) => `${id}: neither a text nor a group of texts`),
  ],
  [
    'a missing plural form',
    { n_one: '1', n_other: '{{count}}' },
    { n_one: '1', n_other: '{{count}}' },
    ['es app:n_many: missing plural form'],
  ],
  [
    'a plural form that the language never asks for',
    { n_one: '1', n_many: '{{count}}', n_other: '{{count}}' },
    { n_one: '1', n_many: '{{count}}', n_other: '{{count}}' },
    ['en app:n_many: never used plural form'],
  ],
  [
    'plurals in one language alone',
    { n_one: '1', n_many: '{{count}}', n_other: '{{count}}' },
    { n: '{{count}}' },
    [
      'en app:n_one: missing plural form',
      'en app:n_other: missing plural form',
      'en app:n: never used plural form',
    ],
  ],
  ['a nested text that is not there', { a: '$t(b)' }, { a: 'x' }, ['es app:a: takes in b, which is missing']],
])('names %s', (_, es, en, expected) => {
  expect(problems(es, en)).toEqual(expected);
});

test('taking any one text away is noticed and named', () => {
  const texts = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), fc.stringMatching(/^[a-z ]{0,8}[a-z]$/), {
    minKeys: 1,
  });
  fc.assert(
    fc.property(texts, fc.nat(), (all, pick) => {
      const keys = Object.keys(all);
      const gone = keys[pick % keys.length] ?? '';
      const { [gone]: _, ...rest } = all;
      expect(problems(all, all)).toEqual([]);
      expect(problems(all, rest)).toEqual([`en app:${gone}: missing`]);
    }),
  );
});
