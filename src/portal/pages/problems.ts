import type { ErrorCode } from '../../contract/errors.ts';
import type { Language } from '../../contract/primitives.ts';
import { text } from '../texts.ts';

/** Said in words of the pages' own: nothing here is repeated by itself, no license is at stake, and what is not there is a page. */
const own: readonly ErrorCode[] = ['network-offline', 'unavailable', 'not-found'];

/** What happened, what it means, what to do. */
export function problemText(language: Language, code: ErrorCode) {
  const say = (part: string) =>
    own.includes(code)
      ? text('portal', language, `problems.${code}.${part}`)
      : text('errors', language, `${code}.${part}`);
  return { title: say('title'), means: say('means'), next: say('next') };
}

/** What a page's script says for a refusal, and under which code support finds it. */
export function problemTexts(language: Language, codes: readonly ErrorCode[]) {
  return Object.fromEntries(
    codes.map((code) => [
      code,
      {
        ...problemText(language, code),
        ...(code === 'internal' ? { reference: text('portal', language, 'problems.reference') } : {}),
      },
    ]),
  );
}
