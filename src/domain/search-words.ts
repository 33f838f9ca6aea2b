import { normalizeEmail } from './email.ts';
import { firstCharacters, fold } from './sort-key.ts';

/** Folded characters kept of a word: an index row stays small, and nobody types more to find somebody. */
const maximumWordLength = 40;
/** Words of a query that count; what comes after cannot narrow a directory any further. */
const maximumQueryWords = 8;

/** What a search finds somebody by. */
export interface Searchable {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly jobTitle: string;
}

/**
 * The words by which somebody is found, folded, unique and in code point order: each part of the names and of the job title, the
 * address as a whole, the parts before its `@`, and its domain with the `@` in front.
 */
export function searchWords(person: Searchable): string[] {
  const email = foldEmail(person.email);
  const at = email.lastIndexOf('@');
  const local = at < 0 ? email : email.slice(0, at);
  const words = [
    ...split(person.firstName),
    ...split(person.lastName),
    ...split(person.jobTitle),
    ...split(local),
    email,
  ];
  if (at >= 0) words.push(email.slice(at));
  return unique(words);
}

/**
 * What to look for: somebody matches when each of these is the beginning of one of their words. A word with an `@` is compared
 * with whole addresses and domains. No order among them; duplicates and beginnings of one another are left out.
 *
 * @returns empty for a query in which nothing is seen, which narrows nothing; `null` for one of signs alone, by which nobody is found
 */
export function queryWords(query: string): string[] | null {
  const words = query
    .split(/\s+/u)
    .flatMap((word) => (word.includes('@') && /[\p{L}\p{N}]/u.test(word) ? [foldEmail(word)] : split(word)));
  const sorted = unique(words);
  // Control and format characters are no more to be seen than spaces are.
  if (sorted.length === 0) return /^[\s\p{Cc}\p{Cf}]*$/u.test(query) ? [] : null;
  return sorted
    .filter((word, index) => !sorted.slice(index + 1).some((other) => other.startsWith(word)))
    .slice(0, maximumQueryWords);
}

function foldEmail(email: string): string {
  return fold(normalizeEmail(email)).replace(/[\s\p{C}]+/gu, '');
}

function split(text: string): string[] {
  return fold(text)
    .replace(/['’ʼ`]/g, '')
    .split(/[^\p{L}\p{N}]+/u);
}

function unique(words: readonly string[]): string[] {
  const cut = words.map((word) => firstCharacters(word, maximumWordLength)).filter((word) => word !== '');
  return [...new Set(cut)].sort(byCodePoint);
}

/** The order of UTF-8 bytes, which `COLLATE "C"` uses. UTF-16 units differ from it beyond the basic plane. */
function byCodePoint(a: string, b: string): number {
  const left = [...a];
  const right = [...b];
  for (let index = 0; index < Math.min(left.length, right.length); index += 1) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
