import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fold, nameSortKey, sortKey } from './sort-key.ts';

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const spanish = new Intl.Collator('es', { sensitivity: 'base' });
const word = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnñopqrstuvwxyzáéíóúüABCDEFGHIJKLMNÑOPQRSTUVWXYZÁÉÍÓÚ'),
  minLength: 1,
  maxLength: 8,
});

describe('sortKey', () => {
  test('puts ñ after n and ignores accents and case', () => {
    const names = [
      'Núñez',
      'nuzco',
      'Nunes',
      'Muñoz',
      'Munza',
      'Álvarez',
      'alvarado',
      'Zúñiga',
      'zuno',
      'Ochoa',
    ];
    expect(names.toSorted((a, b) => byBytes(sortKey(a), sortKey(b)))).toEqual([
      'alvarado',
      'Álvarez',
      'Munza',
      'Muñoz',
      'Nunes',
      'Núñez',
      'nuzco',
      'Ochoa',
      'zuno',
      'Zúñiga',
    ]);
  });

  test('treats a decomposed ñ as a composed one', () => {
    expect(sortKey('Mun\u0303oz')).toBe(sortKey('Mu\u00f1oz'));
  });

  test('orders words of letters as the Spanish collation does', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(Math.sign(byBytes(sortKey(a), sortKey(b)))).toBe(Math.sign(spanish.compare(a, b)));
      }),
      { numRuns: 5000 },
    );
  });

  test('keeps Portuguese names among the Spanish ones', () => {
    const names = ['Gonçalves', 'Goncalo', 'Gondim', 'João', 'Joana'];
    expect(names.toSorted((a, b) => byBytes(sortKey(a), sortKey(b)))).toEqual([
      'Goncalo',
      'Gonçalves',
      'Gondim',
      'Joana',
      'João',
    ]);
  });

  test('is at most 100 whole characters of well-formed text, for any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        const key = sortKey(text);
        expect([...key].length).toBeLessThanOrEqual(100);
        expect(key).not.toMatch(/\p{Cc}/u);
        if (text.isWellFormed()) expect(key.isWellFormed()).toBe(true);
      }),
    );
  });
});

describe('nameSortKey', () => {
  test('a shorter last name comes first whatever the first name', () => {
    const garcia = nameSortKey({ firstName: 'Zoe', lastName: 'García' });
    const garciaLopez = nameSortKey({ firstName: 'Ana', lastName: 'García López' });
    const garciadiego = nameSortKey({ firstName: 'Ana', lastName: 'Garciadiego' });
    expect([garciadiego, garciaLopez, garcia].toSorted(byBytes)).toEqual([garcia, garciaLopez, garciadiego]);
  });

  test('the same last name is decided by the first', () => {
    const key = (firstName: string) => nameSortKey({ firstName, lastName: 'Ruiz' });
    expect(['Óscar', 'Íñigo', 'Ana'].toSorted((a, b) => byBytes(key(a), key(b)))).toEqual([
      'Ana',
      'Íñigo',
      'Óscar',
    ]);
  });
});

describe('fold', () => {
  test.each([
    ['Muñoz', 'munoz'],
    ['GONÇALVES', 'goncalves'],
    ['Łukasz', 'lukasz'],
    ['Strauß', 'strauss'],
    ['ﬁn', 'fin'],
  ])('%s is looked for as %s', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });
});
