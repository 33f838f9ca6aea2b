import { readFileSync } from 'node:fs';
import { type Language, languages } from '../contract/primitives.ts';

const folder = new URL('../../resources/locales/', import.meta.url);

type Node = string | { readonly [key: string]: Node };
export type Namespace = 'mail' | 'portal' | 'errors';

/** i18next's format: `{{name}}` in a sentence takes the value of that name. */
function interpolate(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => {
    const value = values[name];
    return value === undefined ? whole : String(value);
  });
}

const loaded = new Map<string, Node>();

function namespace(name: Namespace, language: Language): Node {
  const file = `${language}/${name}.json`;
  const known = loaded.get(file);
  if (known !== undefined) return known;
  const texts = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Node;
  loaded.set(file, texts);
  return texts;
}

/** A sentence in a language. @param key path within the namespace, `activate.subject` @throws when there is none */
export function text(
  name: Namespace,
  language: Language,
  key: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  let node: Node | undefined = namespace(name, language);
  for (const part of key.split('.')) node = typeof node === 'object' ? node[part] : undefined;
  if (typeof node !== 'string') throw new Error(`no text ${name}:${key} in ${language}`);
  return interpolate(node, values);
}

/** All sentences below a key, for a page's script. */
export function texts(name: Namespace, language: Language, key: string): Readonly<Record<string, string>> {
  let node: Node | undefined = namespace(name, language);
  for (const part of key.split('.')) node = typeof node === 'object' ? node[part] : undefined;
  if (typeof node !== 'object') throw new Error(`no texts ${name}:${key} in ${language}`);
  return Object.fromEntries(
    Object.entries(node).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** The best of the three languages for an `Accept-Language` header (RFC 9110, 12.5.4); Spanish when it asks for none of them. */
export function preferredLanguage(header: string | undefined): Language {
  const wanted = (header ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const quality = parameters.map((parameter) => /^\s*q=([\d.]+)$/.exec(parameter)?.[1]).find(Boolean);
      return { tag: tag.split('-', 1)[0] ?? '', quality: quality === undefined ? 1 : Number(quality) };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality);
  for (const { tag } of wanted) for (const language of languages) if (tag === language) return language;
  return 'es';
}

/** For HTML text and attribute values in double quotes. */
export function escapeHtml(value: string): string {
  return value
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

const formats = new Map(
  languages.map((language) => [
    language,
    new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short', timeZone: 'UTC' }),
  ]),
);

/** An instant as people read it; the zone is named because the reader's is not known. */
export function formatInstant(instant: string, language: Language): string {
  return `${formats.get(language)?.format(new Date(instant))} UTC`;
}
