import type { AppState } from '../contract/client/state.ts';
import type { Context } from './context.ts';

/** Columns of equal width, two spaces apart. The last one is not padded. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_cell, column) => Math.max(...lines.map((line) => widthOf(line[column] ?? ''))));
  return lines
    .map((line) =>
      line
        .map(
          (cell, column) =>
            cell + ' '.repeat(column === line.length - 1 ? 0 : (widths[column] ?? 0) - widthOf(cell) + 2),
        )
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

/** Characters, not UTF-16 units; the product's texts have no double-width ones. */
function widthOf(text: string): number {
  return [...text.normalize('NFC')].length;
}

/** Facts, one a line, with their names in a column. */
export function facts(entries: readonly (readonly [name: string, value: string])[]): string {
  const width = Math.max(...entries.map(([name]) => widthOf(name)));
  return entries
    .map(([name, value]) => `${name}${' '.repeat(width - widthOf(name) + 2)}${value}`.trimEnd())
    .join('\n');
}

/** A size in bytes as people read it, in steps of 1000 (SI). */
export function bytes(size: number, language: string): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = size < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(size) / 3));
  const value = size / 1000 ** step;
  const digits = new Intl.NumberFormat(language, { maximumFractionDigits: step === 0 ? 0 : 1 }).format(value);
  return `${digits} ${units[step]}`;
}

/** A day and a time in the person's language and zone. */
export function moment(instant: string, language: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(
    new Date(instant),
  );
}

/** Where secrets are kept, or why nowhere. */
export function keychainInWords({ state, backend }: AppState['keychain'], t: Context['t']): string {
  return state === 'ok' ? t(`keychain.in.${backend}`) : t(`keychain.${state}`);
}
