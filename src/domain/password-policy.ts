import type { ErrorCode } from '../contract/errors.ts';
import { commonTokens } from './password-common.ts';

/** SP 800-63B-4, 3.1.1.2: at least 15 characters where the password is the only factor, at least 64 allowed, no composition rule. */
export const passwordLength = { minimum: 15, maximum: 128 } as const;

/** What has to be left once everything predictable is taken away: as much as is asked of a password beside a second factor. */
const leastOwn = 8;

/** Shorter words of the context are part of too many honest passwords. */
const shortestContextWord = 4;

/** The form that is checked and hashed: NFKC (SP 800-63B-4), so that every keyboard's way of writing a letter is the same password. */
export function normalizePassword(password: string): string {
  return password.normalize('NFKC');
}

export interface PasswordContext {
  readonly email: string;
  /** Names of the person, the company, the product; each is split into its words. */
  readonly words: readonly string[];
}

export type PasswordRefusal = Extract<
  ErrorCode,
  'password-too-short' | 'password-too-long' | 'password-common' | 'password-contextual'
>;

/**
 * Whether a password may be set. Characters are Unicode code points of the NFKC form; any may be used, and none has to be.
 *
 * Refused are passwords made of what guessers try first: words of leaked lists, keyboard rows, sequences, dates, repetitions
 * (`password-common`), and those plus what is known of the person (`password-contextual`). Those parts are taken away, also in their
 * usual disguises (P@55w0rd); at least 8 characters must be left. A password that leaked as a whole is such a part, too.
 *
 * @param isLeaked whether a {@link leakKey} is one of a leaked password; without it, as on the page that a person types into, no
 *   password is known to have leaked
 * @returns the reason, or null when it may be set
 */
export function checkPassword(
  password: string,
  context: PasswordContext,
  isLeaked: (key: string) => boolean = () => false,
): PasswordRefusal | null {
  const normal = normalizePassword(password);
  const length = [...normal].length;
  if (length < passwordLength.minimum) return 'password-too-short';
  if (length > passwordLength.maximum) return 'password-too-long';
  const text = fold(normal);
  if (ownCharacters(text, commonTokens) < leastOwn || holdsLeaked(normal, isLeaked)) return 'password-common';
  const known = contextTokens(context);
  if (known.size > 0 && ownCharacters(text, new Set([...commonTokens, ...known])) < leastOwn)
    return 'password-contextual';
  return null;
}

/** Lower case without accents; letters and digits of any script alone, so that separators do not hide words. */
function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase()
    .replace(/\s/gu, '');
}

const disguises: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '8': 'b',
  '@': 'a',
  $: 's',
  '!': 'i',
  '€': 'e',
};

/**
 * What stands for a password in a list of leaked ones: without case, accents, spaces and disguises. Only keys of at least the minimum length are
 * looked for.
 */
export function leakKey(password: string): string {
  return [...fold(normalizePassword(password))]
    .map((character) => disguises[character] ?? character)
    .join('');
}

/** Whether it is a leaked password with fewer characters around it than have to be one's own. */
function holdsLeaked(password: string, isLeaked: (key: string) => boolean): boolean {
  const characters = [...leakKey(password)];
  const { length } = characters;
  for (let before = 0; before < leastOwn; before += 1)
    for (let end = length; before + length - end < leastOwn; end -= 1)
      if (end - before >= passwordLength.minimum && isLeaked(characters.slice(before, end).join('')))
        return true;
  return false;
}

/** Parts of the address and words of the names that are long enough to be recognized, folded as the password is. */
function contextTokens({ email, words }: PasswordContext): Set<string> {
  const parts = [email, ...words].flatMap((word) => {
    const folded = fold(word.normalize('NFKC').replace(/\s+/gu, ' ').split(' ').join('-'));
    return [...folded.split(/[^\p{Letter}\p{Number}]+/u), folded.replace(/[^\p{Letter}\p{Number}]/gu, '')];
  });
  return new Set(parts.filter((part) => [...part].length >= shortestContextWord));
}

/**
 * The fewest characters that are left when tokens, runs, sequences, years and repetitions are taken away, however they are cut:
 * looked for from the end, so that a long word never hides two that fit better.
 */
function ownCharacters(text: string, tokens: ReadonlySet<string>): number {
  const characters = [...unrepeated(text)];
  const plain = characters.map((character) => disguises[character] ?? character);
  let longest = 0;
  for (const token of tokens) longest = Math.max(longest, token.length);
  // What is left of the rest, from each place on.
  const left: string[][] = [[]];
  for (let at = characters.length - 1; at >= 0; at -= 1) {
    const rest = (length: number) => left[characters.length - at - length] ?? [];
    let best = [characters[at] ?? '', ...rest(1)];
    const taken = [
      ...tokensAt(characters, at, tokens, longest),
      ...tokensAt(plain, at, tokens, longest),
      ...sequencesAt(characters, at),
      ...yearAt(characters, at),
    ];
    for (const length of taken) if (rest(length).length < best.length) best = rest(length);
    left.push(best);
  }
  // What is left of a repeated disguise may itself be a repetition.
  return [...unrepeated((left.at(-1) ?? []).join(''))].length;
}

/** The shortest unit when the whole is that unit again and again, the last time perhaps cut: `abcabcab` is `abc`. */
function unrepeated(text: string): string {
  const characters = [...text];
  for (let period = 1; period <= characters.length / 2; period += 1)
    if (characters.every((character, at) => character === characters[at % period]))
      return characters.slice(0, period).join('');
  return text;
}

/** Lengths of the tokens that begin at a place. */
function tokensAt(
  characters: readonly string[],
  at: number,
  tokens: ReadonlySet<string>,
  longest: number,
): number[] {
  const found: number[] = [];
  let candidate = '';
  for (let end = at; end < characters.length && candidate.length < longest; end += 1) {
    candidate += characters[end];
    if (tokens.has(candidate)) found.push(end - at + 1);
  }
  return found;
}

const rows = [
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
  'azertyuiop',
  'qsdfghjklm',
  'wxcvbn',
  '1234567890',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  '1q2w3e4r5t6y7u8i9o0p',
];
const steps = new Set(rows.flatMap((row) => [...row].slice(1).map((next, at) => `${row[at]}${next}`)));

/** Lengths, from three on, of a run of one character, an alphabetic or numeric sequence, or a walk along a keyboard row. */
function sequencesAt(characters: readonly string[], at: number): number[] {
  const longestOf = (goesOn: (a: string, b: string) => boolean) => {
    let end = at + 1;
    while (end < characters.length && goesOn(characters[end - 1] ?? '', characters[end] ?? '')) end += 1;
    return end - at;
  };
  const difference = (a: string, b: string) => (b.codePointAt(0) ?? 0) - (a.codePointAt(0) ?? 0);
  const longest = Math.max(
    longestOf((a, b) => a === b),
    longestOf((a, b) => difference(a, b) === 1),
    longestOf((a, b) => difference(a, b) === -1),
    longestOf((a, b) => steps.has(a + b)),
    longestOf((a, b) => steps.has(b + a)),
  );
  return Array.from({ length: Math.max(0, longest - 2) }, (_, index) => index + 3);
}

function yearAt(characters: readonly string[], at: number): number[] {
  return /^(19|20)\d\d$/.test(characters.slice(at, at + 4).join('')) ? [4] : [];
}
