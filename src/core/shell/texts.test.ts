import { expect, expectTypeOf, test } from 'vitest';
import { createTranslate, languageOf, type TextKey } from './texts.ts';

const tree = {
  hello: 'Hola, {{name}}',
  seats: { free_one: '{{count}} libre', free_other: '{{count}} libres' },
};
const t = createTranslate('es', tree);

test('puts values in and chooses the plural form', () => {
  expect(t('hello', { name: 'Ana' })).toBe('Hola, Ana');
  expect(t('seats.free', { count: 1 })).toBe('1 libre');
  expect(t('seats.free', { count: 7 })).toBe('7 libres');
});

test('a value that was not given stays visible, and one that looks like a variable is not read again', () => {
  expect(t('hello')).toBe('Hola, {{name}}');
  expect(t('hello', { name: '{{name}}' })).toBe('Hola, {{name}}');
});

test('an unknown key is a mistake of ours', () => {
  expect(() => t('nothing' as 'hello')).toThrow(RangeError);
  expectTypeOf<TextKey<typeof tree>>().toEqualTypeOf<'hello' | 'seats.free'>();
});

test.each([
  [['pt_BR.UTF-8'], 'pt'],
  [['en-GB'], 'en'],
  [['de_DE', 'en_US'], 'en'],
  [[undefined, null, 'C'], 'es'],
  [[], 'es'],
] as const)('%j is %s', (tags, language) => {
  expect(languageOf(...tags)).toBe(language);
});
