import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeHtml, preferredLanguage, text } from './texts.ts';

const folder = new URL('../../resources/locales/', import.meta.url);

function sentences(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]];
  return Object.entries(node as object).flatMap(([key, value]) => sentences(value, `${path}.${key}`));
}
const read = (language: string, name: string) =>
  sentences(JSON.parse(readFileSync(new URL(`${language}/${name}.json`, folder), 'utf8')));
const placeholders = (sentence: string) =>
  [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();

test.each(['mail', 'portal'])(
  '%s.json has the same sentences with the same places in the three languages',
  (name) => {
    const spanish = read('es', name);
    for (const language of readdirSync(folder)) {
      const theirs = read(language, name);
      expect(theirs.map(([path]) => path)).toEqual(spanish.map(([path]) => path));
      expect(theirs.filter(([, sentence]) => sentence.trim() === '')).toEqual([]);
      for (const [index, [path, sentence]] of theirs.entries())
        expect([path, placeholders(sentence)]).toEqual([path, placeholders(spanish[index]?.[1] ?? '')]);
    }
  },
);

test('a sentence is found by its path, and a missing one is an error', () => {
  expect(text('mail', 'es', 'greeting', { name: 'Ana' })).toBe('Hola, Ana:');
  expect(() => text('mail', 'es', 'no.such.sentence')).toThrow('no text');
});

test.each([
  [undefined, 'es'],
  ['', 'es'],
  ['de-DE,de;q=0.9', 'es'],
  ['en-GB,en;q=0.9', 'en'],
  ['de, pt-BR;q=0.8, en;q=0.5', 'pt'],
  ['en;q=0.2, es-PE;q=0.9', 'es'],
  ['en;q=0, pt', 'pt'],
] as const)('%s prefers %s', (header, language) => {
  expect(preferredLanguage(header)).toBe(language);
});

test('property: any header gives one of the languages', () => {
  fc.assert(
    fc.property(fc.string(), (header) => {
      expect(['es', 'en', 'pt']).toContain(preferredLanguage(header));
    }),
  );
});

test('property: escaped text has nothing that could begin a tag or end an attribute', () => {
  fc.assert(
    fc.property(fc.string(), (value) => {
      expect(escapeHtml(value)).not.toMatch(/[<>"']/);
    }),
  );
});
