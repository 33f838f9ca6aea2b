/** Folded characters kept of each part of a name, so that a key always fits into an index row. */
const maximumLength = 100;

/** Letters without a decomposition into a base letter and marks. */
const spelledOut: { readonly [letter: string]: string } = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ı: 'i',
  þ: 'th',
};

/**
 * Lower case, without accents, compatibility forms unified. The base of everything that is compared without regard to
 * accents: `Muñoz` and `MUNOZ` both become `munoz`.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[ßæœøđðłıþ]/g, (letter) => spelledOut[letter] ?? letter);
}

/** The first `count` characters, never half of one. */
export function firstCharacters(text: string, count: number): string {
  return text.length <= count ? text : [...text].slice(0, count).join('');
}

/**
 * A key whose order by code points (`COLLATE "C"`) is the Spanish one: accents and case do not count, ñ is a letter of its own
 * after n (Real Academia Española, Ortografía 2010), `ll` and `ch` are not letters. It does not depend on the collations that the
 * database's operating system happens to have, so PostgreSQL and PGlite sort alike.
 */
export function sortKey(text: string): string {
  // "~" stands above every letter of ASCII: "nz" < "n~" < "o".
  const marked = text.normalize('NFC').replace(/ñ/gi, (letter) => `${letter}\u{E000}`);
  const key = fold(marked)
    .replace(/['’ʼ`]/g, '')
    .replace(/[^\p{L}\p{N}\u{E000}]+/gu, ' ')
    .replaceAll('\u{E000}', '~')
    .trim();
  return firstCharacters(key, maximumLength);
}

/**
 * The key of a directory sorted by name: last name, then first name. The separator stands below the space,
 * so that `García, Zoe` comes before `García López, Ana`.
 */
export function nameSortKey(name: { readonly firstName: string; readonly lastName: string }): string {
  return `${sortKey(name.lastName)}\t${sortKey(name.firstName)}`;
}
