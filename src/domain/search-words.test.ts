import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { queryWords, searchWords } from './search-words.ts';

const person = {
  firstName: 'María José',
  lastName: 'Muñoz de la Peña',
  email: 'MJ.Munoz-Pena@condor.example',
  jobTitle: 'Ingeniera de diseño (BIM)',
};

function finds(query: string, someone = person): boolean {
  const words = searchWords(someone);
  return queryWords(query)?.every((wanted) => words.some((word) => word.startsWith(wanted))) ?? false;
}

describe('search', () => {
  test.each([
    'muñoz',
    'munoz',
    'MUÑ',
    'maría',
    'maria josé',
    'jose mu',
    'peña',
    'mj.munoz',
    'mj.munoz-pena@condor.example',
    '@condor',
    'mj.munoz-pena@con',
    'pena munoz',
    '  maria   ',
    'de la',
    'munoz-pena',
    'ingeniera',
    'diseno bim',
    'munoz ingen',
  ])('finds her by %j', (query) => {
    expect(finds(query)).toBe(true);
  });

  test.each(['uñoz', 'maria lopez', 'condor', '@example', 'mari@', 'mj.munoz@condor'])(
    'does not find her by %j',
    (query) => {
      expect(finds(query)).toBe(false);
    },
  );

  test.each(['', '   ', '\u200b', '\t\0'])('%j narrows nothing', (query) => {
    expect(queryWords(query)).toEqual([]);
  });

  test.each(['--', '@', '%', "' = --", '***', '😀', '@😀', '’', '\u0301'])(
    'nobody is found by %j',
    (query) => {
      expect(queryWords(query)).toBeNull();
    },
  );

  test('signs beside words do not count', () => {
    expect(queryWords('*** muñoz 😀')).toEqual(['munoz']);
  });

  test('a word that begins another is not looked for twice', () => {
    expect(queryWords('mu muñoz mu')).toEqual(['munoz']);
  });

  test('an apostrophe does not divide a name', () => {
    const dAngelo = { ...person, firstName: 'Bruno', lastName: "D'Angelo" };
    expect(finds('dangelo', dAngelo)).toBe(true);
    expect(finds('D’Angelo', dAngelo)).toBe(true);
  });

  test('every beginning of every name finds its person', () => {
    const name = fc.string({ unit: fc.constantFrom(...'aábcdeñoprsuüzç -'), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(name, name, fc.nat(12), (firstName, lastName, length) => {
        const someone = { ...person, firstName, lastName };
        const seen = (query: string) => query.trim() === '' || /[^ -]/.test(query);
        const [beginning, whole] = [lastName.slice(0, length), `${lastName} ${firstName}`];
        expect(finds(beginning, someone)).toBe(seen(beginning));
        expect(finds(whole, someone)).toBe(seen(whole));
      }),
    );
  });

  test('words are unique, in the order of their UTF-8 bytes, and short, for any text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 120 });
    fc.assert(
      fc.property(text, text, text, text, (firstName, lastName, email, jobTitle) => {
        const words = searchWords({ firstName, lastName, email, jobTitle });
        expect(words).toEqual([...new Set(words)]);
        for (const word of words) expect([...word].length).toBeLessThanOrEqual(40);
        const sorted = words.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        if (words.every((word) => word.isWellFormed())) expect(words).toEqual(sorted);
        expect(words.join('')).not.toMatch(/[\p{Cc}\s]/u);
      }),
    );
  });

  test('a query asks for at most eight words', () => {
    expect(queryWords('a1 b2 c3 d4 e5 f6 g7 h8 i9 j0')).toHaveLength(8);
  });
});
