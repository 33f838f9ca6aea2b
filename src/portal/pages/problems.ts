import type { ErrorCode } from '../../contract/errors.ts';
import type { Language } from '../../contract/primitives.ts';
import { text } from '../texts.ts';

/** What a page's script says for a refusal: what happened, what it means, what to do. */
export function problemTexts(language: Language, codes: readonly ErrorCode[]) {
  const say = (code: ErrorCode, part: string) => text('errors', language, `${code}.${part}`);
  return Object.fromEntries(
    codes.map((code) => [
      code,
      { title: say(code, 'title'), means: say(code, 'means'), next: say(code, 'next') },
    ]),
  );
}
