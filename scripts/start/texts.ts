import en from '../../resources/locales/en/shell.json' with { type: 'json' };
import es from '../../resources/locales/es/shell.json' with { type: 'json' };
import pt from '../../resources/locales/pt/shell.json' with { type: 'json' };
import { createTranslate, languageOf, type Translate } from '../../src/core/shell/texts.ts';

export type ShellTexts = typeof es;

/** What the start says, in the language of whoever starts it. */
export function startTexts(environment: Readonly<Record<string, string | undefined>>): Translate<ShellTexts> {
  const language = languageOf(environment.ALDABA_LANGUAGE, environment.LC_ALL, environment.LANG);
  return createTranslate(language, { es, en, pt }[language]);
}
