import { readFileSync } from 'node:fs';
import type { ErrorCode } from '../../../src/contract/errors.ts';

type Texts = { readonly [key: string]: string | Texts };
type Values = Readonly<Record<string, string | number>>;

function load(namespace: string): Texts {
  const file = new URL(`../../../resources/locales/es/${namespace}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Texts;
}

/** What a person reads, as a pattern: values that are not given match anything. */
function pattern(texts: Texts, key: string, values: Values): RegExp {
  const found = key.split('.').reduce<Texts | string | undefined>((at, part) => {
    return typeof at === 'object' ? at[part] : undefined;
  }, texts);
  if (typeof found !== 'string') throw new Error(`no text ${key}`);
  const parts = found.split(/\{\{(\w+)\}\}/);
  return new RegExp(
    parts
      .map((part, index) =>
        index % 2 === 0 ? literal(part) : part in values ? literal(String(values[part])) : '.+?',
      )
      .join(''),
  );
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

const spaces = { window: load('window'), portal: load('portal'), mail: load('mail'), errors: load('errors') };

/** The window's Spanish text at a key, as a pattern. */
export const say = (key: string, values: Values = {}): RegExp => pattern(spaces.window, key, values);
/** The same, and nothing around it: for names of controls. */
export const just = (key: string, values: Values = {}): RegExp => new RegExp(`^${say(key, values).source}$`);
/** A text of the portal's pages. */
export const onPage = (key: string, values: Values = {}): RegExp => pattern(spaces.portal, key, values);
export const inMail = (key: string, values: Values = {}): RegExp => pattern(spaces.mail, key, values);
/** What a refusal is called. */
export const problem = (code: ErrorCode): RegExp => pattern(spaces.errors, `${code}.title`, {});
