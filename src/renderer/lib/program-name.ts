import type { AppState } from '../../contract/client/state.ts';

type Known = Pick<AppState, 'licenses'>;

/**
 * A program as people read it: the name in the license of its product, «Pórtico», or the code made readable, `viga-mixta` as «Viga mixta»,
 * while no license named it.
 */
export function programName(code: string, { licenses }: Known): string {
  const named = licenses?.find(({ product }) => product === code)?.productName;
  return named === undefined || named === code ? readable(code) : named;
}

function readable(code: string): string {
  const words = code.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}
