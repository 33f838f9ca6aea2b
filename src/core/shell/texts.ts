import type { Language } from '../../contract/primitives.ts';

/** A locale file in i18next's format: nested objects whose leaves are texts. */
export interface TextTree {
  readonly [key: string]: string | TextTree;
}

type PluralForm = '_zero' | '_one' | '_two' | '_few' | '_many' | '_other';
type WithoutForm<K extends string> = K extends `${infer Base}${PluralForm}` ? Base : K;

/** Every path to a text of the tree, plural forms taken together. */
export type TextKey<T> = {
  [K in keyof T & string]: T[K] extends string ? WithoutForm<K> : `${K}.${TextKey<T[K]>}`;
}[keyof T & string];

export type TextValues = Readonly<Record<string, string | number>>;

/** Answers a text with its `{{values}}`; `count` chooses the plural form (CLDR rules of the language). */
export type Translate<T> = (key: TextKey<T>, values?: TextValues) => string;

/**
 * Reads texts outside of the window, where loading a translation library would cost more than the whole command.
 *
 * @throws RangeError for a key that the tree does not have
 */
export function createTranslate<T extends TextTree>(language: Language, tree: T): Translate<T> {
  const plural = new Intl.PluralRules(language);
  return (key, values = {}) => {
    const form = typeof values.count === 'number' ? `_${plural.select(values.count)}` : '';
    const text = find(tree, `${key}${form}`) ?? find(tree, `${key}_other`) ?? find(tree, key);
    if (text === undefined) throw new RangeError(`no text ${key} in ${language}`);
    return text.replaceAll(/\{\{(\w+)\}\}/g, (whole, name: string) => String(values[name] ?? whole));
  };
}

function find(tree: TextTree, key: string): string | undefined {
  let node: string | TextTree | undefined = tree;
  for (const part of key.split('.')) node = typeof node === 'object' ? node[part] : undefined;
  return typeof node === 'string' ? node : undefined;
}

/** The first of the three languages that a locale or BCP 47 tag names (`pt_BR.UTF-8`, `en-GB`); Spanish for all others. */
export function languageOf(...tags: readonly (string | null | undefined)[]): Language {
  for (const tag of tags) {
    const base = tag?.slice(0, 2).toLowerCase();
    if (base === 'es' || base === 'en' || base === 'pt') return base;
  }
  return 'es';
}
