import type { Language } from '../contract/primitives.ts';

/** Spanish is the first language: the others have the same keys (scripts/check-locales.ts). */
const spanish = async () =>
  (await import('../../resources/locales/es/cli.json', { with: { type: 'json' } })).default;
const spanishErrors = async () =>
  (await import('../../resources/locales/es/errors.json', { with: { type: 'json' } })).default;

/** Without the plural that millions take, which English has not (CLDR). */
type Common<T> = {
  [K in keyof T as K extends `${string}_many` ? never : K]: T[K] extends string ? string : Common<T[K]>;
};
export type CliTexts = Common<Awaited<ReturnType<typeof spanish>>>;
type ErrorTexts = Awaited<ReturnType<typeof spanishErrors>>;

/** The command line's texts, of one language only: a file that is not read costs nothing. */
export async function loadTexts(language: Language): Promise<CliTexts> {
  switch (language) {
    case 'es':
      return spanish();
    case 'en':
      return (await import('../../resources/locales/en/cli.json', { with: { type: 'json' } })).default;
    case 'pt':
      return (await import('../../resources/locales/pt/cli.json', { with: { type: 'json' } })).default;
  }
}

/** What each error code says to people. */
export async function loadErrorTexts(language: Language): Promise<ErrorTexts> {
  switch (language) {
    case 'es':
      return spanishErrors();
    case 'en':
      return (await import('../../resources/locales/en/errors.json', { with: { type: 'json' } })).default;
    case 'pt':
      return (await import('../../resources/locales/pt/errors.json', { with: { type: 'json' } })).default;
  }
}
