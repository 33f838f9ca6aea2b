import type { ErrorCode } from '../../contract/errors.ts';
import type { Language } from '../../contract/primitives.ts';
import { text } from '../texts.ts';

/** Said in words of the pages' own: nothing here is repeated by itself, and no license is at stake. */
const own: readonly ErrorCode[] = ['network-offline', 'unavailable'];

/** What a page's script says for a refusal: what happened, what it means, what to do, and under which code support finds it. */
export function problemTexts(language: Language, codes: readonly ErrorCode[]) {
  const say = (code: ErrorCode, part: string) =>
    own.includes(code)
      ? text('portal', language, `problems.${code}.${part}`)
      : text('errors', language, `${code}.${part}`);
  return Object.fromEntries(
    codes.map((code) => [
      code,
      {
        title: say(code, 'title'),
        means: say(code, 'means'),
        next: say(code, 'next'),
        ...(code === 'internal' ? { reference: text('portal', language, 'problems.reference') } : {}),
      },
    ]),
  );
}
