import { type Catalog, categoriesOf, type Entry, nestedOf, tagsOf, variablesOf } from './catalog.ts';

/** Everything in which the languages differ that they must not differ in, one sentence each. */
export function compareCatalogs(catalogs: ReadonlyMap<string, Catalog>): string[] {
  const problems: string[] = [];
  for (const [language, { malformed }] of catalogs) {
    problems.push(...malformed.map((id) => `${language} ${id}: neither a text nor a group of texts`));
  }
  const ids = new Set([...catalogs.values()].flatMap((catalog) => [...catalog.entries.keys()]));
  for (const id of [...ids].sort()) {
    const present = new Map<string, Entry>();
    for (const [language, { entries }] of catalogs) {
      const entry = entries.get(id);
      if (entry === undefined) problems.push(`${language} ${id}: missing`);
      else present.set(language, entry);
    }
    problems.push(...empty(id, present), ...plurals(id, present));
    problems.push(
      ...differing(id, present, 'variables', variablesOf),
      ...differing(id, present, 'tags', tagsOf),
    );
    problems.push(...nested(id, present, catalogs));
  }
  return problems;
}

function empty(id: string, present: ReadonlyMap<string, Entry>): string[] {
  return [...present].flatMap(([language, { forms }]) =>
    [...forms]
      .filter(([, text]) => text.trim() === '')
      .map(([category]) => `${language} ${id}${category === '' ? '' : `_${category}`}: empty`),
  );
}

function plurals(id: string, present: ReadonlyMap<string, Entry>): string[] {
  const categories = [...present.values()].flatMap(({ forms }) => [...forms.keys()]);
  if (categories.every((category) => category === '')) return [];
  const cardinal = categories.includes('other');
  const ordinal = categories.includes('ordinal_other');
  return [...present].flatMap(([language, { forms }]) => {
    const needed = [
      ...(cardinal ? categoriesOf(language, 'cardinal') : []),
      ...(ordinal ? categoriesOf(language, 'ordinal') : []),
    ];
    // i18next knows a form of its own for nought, in any language.
    const allowed = [...needed, 'zero'];
    return [
      ...needed
        .filter((category) => !forms.has(category))
        .map((category) => `${language} ${id}_${category}: missing plural form`),
      ...[...forms.keys()]
        .filter((category) => !allowed.includes(category))
        .map(
          (category) => `${language} ${id}${category === '' ? '' : `_${category}`}: never used plural form`,
        ),
    ];
  });
}

/** Compares over all plural forms together: the form for one may leave the number out. */
function differing(
  id: string,
  present: ReadonlyMap<string, Entry>,
  what: string,
  namesIn: (entry: Entry) => Set<string>,
): string[] {
  const all = new Set([...present.values()].flatMap((entry) => [...namesIn(entry)]));
  return [...present].flatMap(([language, entry]) => {
    const lacking = [...all].filter((name) => !namesIn(entry).has(name));
    return lacking.length === 0 ? [] : [`${language} ${id}: lacks the ${what} ${lacking.join(', ')}`];
  });
}

function nested(
  id: string,
  present: ReadonlyMap<string, Entry>,
  catalogs: ReadonlyMap<string, Catalog>,
): string[] {
  const namespace = id.slice(0, id.indexOf(':'));
  return [...present].flatMap(([language, entry]) =>
    [...nestedOf(entry)]
      .filter((key) => !catalogs.get(language)?.entries.has(key.includes(':') ? key : `${namespace}:${key}`))
      .map((key) => `${language} ${id}: takes in ${key}, which is missing`),
  );
}
