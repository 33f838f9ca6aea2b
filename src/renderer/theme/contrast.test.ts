import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

const css = await readFile(join(import.meta.dirname, 'tokens.css'), 'utf8');

/** The tokens of a rule, `--ald-text` without its dashes to `#1a2026`. */
function tokensOf(selector: string): Map<string, string> {
  const start = css.indexOf(`${selector} {`);
  const rule = css.slice(start, css.indexOf('}', start));
  return new Map(
    [...rule.matchAll(/--ald-([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [
      name ?? '',
      value ?? '',
    ]),
  );
}

const light = tokensOf(':root');
const dark = new Map([...light, ...tokensOf(':root[data-mantine-color-scheme="dark"]')]);

/** Relative luminance of sRGB (WCAG 2.2, "relative luminance"). */
function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [lighter, darker] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

const grounds = ['canvas', 'surface', 'sunken', 'hover'];
const pairs: [text: string, ground: string, least: number][] = [
  ...['text', 'text-soft', 'text-faint', 'accent-text', 'danger'].flatMap((text) =>
    grounds.map((ground): [string, string, number] => [text, ground, 4.5]),
  ),
  ['on-accent', 'accent', 4.5],
  ['on-accent', 'accent-hover', 4.5],
  ['on-danger', 'danger', 4.5],
  ['on-danger', 'danger-hover', 4.5],
  ['accent-soft-text', 'accent-soft', 4.5],
  ['ok', 'ok-soft', 4.5],
  ['ok', 'surface', 4.5],
  ['ok', 'canvas', 4.5],
  ['warn', 'warn-soft', 4.5],
  ['warn', 'surface', 4.5],
  ['danger', 'danger-soft', 4.5],
  ...['ok-soft', 'warn-soft', 'danger-soft', 'accent-soft'].flatMap((ground): [string, string, number][] => [
    ['text', ground, 4.5],
    ['text-soft', ground, 4.5],
    ['accent-text', ground, 4.5],
  ]),
  ['rail-text', 'rail', 4.5],
  ['rail-soft', 'rail', 4.5],
  ['rail-soft', 'rail-hover', 4.5],
  ['rail-text', 'rail-active', 4.5],
  ['brass', 'rail', 4.5],
  ['brass', 'rail-active', 4.5],
  // What tells a control from its ground, and where the focus is (1.4.11).
  ...grounds.flatMap((ground): [string, string, number][] => [
    ['border-control', ground === 'hover' ? 'surface' : ground, 3],
    ['accent-text', ground, 3],
  ]),
  ['rail-focus', 'rail', 3],
];

describe.each([
  ['light', light],
  ['dark', dark],
])('%s', (_, tokens) => {
  test.each(pairs)('%s on %s is at least %d to 1', (text, ground, least) => {
    const [a, b] = [tokens.get(text), tokens.get(ground)];
    if (a === undefined || b === undefined) throw new Error(`there is no ${text} or no ${ground}`);
    expect(contrast(a, b)).toBeGreaterThanOrEqual(least);
  });
});
