/** One language's texts: namespace (the file's name without .json) to what the file holds. */
export type Locale = ReadonlyMap<string, unknown>;

/** A text that a person reads, or all plural forms of one. */
export interface Entry {
  /** Plural category (`one`, `other`, `ordinal_few`…) to text; the category is empty for a text without plurals. */
  readonly forms: ReadonlyMap<string, string>;
}

export interface Catalog {
  /** `namespace:key.path` to entry. */
  readonly entries: ReadonlyMap<string, Entry>;
  /** `namespace:key.path` of what is neither text nor group of texts. */
  readonly malformed: readonly string[];
}

/** i18next's suffixes: https://www.i18next.com/translation-function/plurals */
const pluralSuffix = /_((?:ordinal_)?(?:zero|one|two|few|many|other))$/;

/** Flattens a language's files and gathers plural forms under the key that the code asks for. */
export function catalogOf(locale: Locale): Catalog {
  const texts = new Map<string, string>();
  const malformed: string[] = [];
  const walk = (value: unknown, id: string, separator: string) => {
    if (typeof value === 'string') texts.set(id, value);
    else if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [key, child] of Object.entries(value)) walk(child, `${id}${separator}${key}`, '.');
    } else malformed.push(id);
  };
  for (const [namespace, content] of locale) walk(content, namespace, ':');

  const entries = new Map<string, { forms: Map<string, string> }>();
  for (const [id, text] of texts) {
    const { base, category } = split(id, texts);
    const entry = entries.get(base) ?? { forms: new Map() };
    entry.forms.set(category, text);
    entries.set(base, entry);
  }
  return { entries, malformed };
}

/** A suffix means a plural only where the form `other` stands beside it: every language has that one. */
function split(id: string, texts: ReadonlyMap<string, string>): { base: string; category: string } {
  const category = pluralSuffix.exec(id)?.[1];
  if (category === undefined) return { base: id, category: '' };
  const base = id.slice(0, -category.length - 1);
  const other = category.startsWith('ordinal_') ? `${base}_ordinal_other` : `${base}_other`;
  return texts.has(other) ? { base, category } : { base: id, category: '' };
}

/** The categories that a language's counting needs: en one, other; es and pt one, many (a million), other. */
export function categoriesOf(language: string, type: Intl.PluralRuleType): readonly string[] {
  const { pluralCategories } = new Intl.PluralRules(language, { type }).resolvedOptions();
  return type === 'ordinal' ? pluralCategories.map((category) => `ordinal_${category}`) : pluralCategories;
}

/** Names between double braces, formats cut off: `{{date, datetime}}` is `date`. */
export function variablesOf(entry: Entry): Set<string> {
  return collect(entry, /\{\{-?\s*([\w.]+)[^}]*\}\}/g);
}

/** Tags that the window replaces by elements, `<link>…</link>` for one. */
export function tagsOf(entry: Entry): Set<string> {
  return collect(entry, /<\/?\s*(\w+)\s*\/?>/g);
}

/** Keys that a text takes in by `$t(key)`. */
export function nestedOf(entry: Entry): Set<string> {
  return collect(entry, /\$t\(\s*([^),\s]+)/g);
}

function collect(entry: Entry, pattern: RegExp): Set<string> {
  const found = [...entry.forms.values()].flatMap((text) => [...text.matchAll(pattern)]);
  return new Set(found.flatMap(([, name]) => (name === undefined ? [] : [name])));
}
