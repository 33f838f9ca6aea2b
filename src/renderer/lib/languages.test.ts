import { expect, test } from 'vitest';
import { pickLanguage, pickLocale } from './languages.ts';

test.each([
  ['pt', ['en-US'], 'pt'],
  [null, ['fr-FR', 'en-GB'], 'en'],
  [null, ['PT-br'], 'pt'],
  [null, ['fr'], 'es'],
  [null, [], 'es'],
] as const)('chosen %s on a system that speaks %j: %s', (chosen, system, expected) => {
  expect(pickLanguage(chosen, system)).toBe(expected);
});

test('dates follow the region of the system where it speaks the language, else the one that the texts are written for', () => {
  expect(pickLocale('es', ['es-PE', 'en'])).toBe('es-PE');
  expect(pickLocale('pt', ['es-PE', 'en'])).toBe('pt-BR');
  expect(pickLocale('en', ['es-PE'])).toBe('en-US');
});
