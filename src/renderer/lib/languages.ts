import type { Language } from '../../contract/primitives.ts';

export type { Language };

/** The complete languages, each by its own name. Spanish is the first and the one to fall back to. */
export const languageNames: Readonly<Record<Language, string>> = {
  es: 'Español',
  en: 'English',
  pt: 'Português',
};
export const languages = Object.keys(languageNames) as readonly Language[];

/** The person's choice, else the first of the system's languages that the product speaks, else Spanish. */
export function pickLanguage(chosen: Language | null, system: readonly string[]): Language {
  if (chosen !== null) return chosen;
  for (const tag of system) {
    const found = languages.find((language) => language === tag.toLowerCase().split('-')[0]);
    if (found !== undefined) return found;
  }
  return 'es';
}

/** Dates and numbers follow the system's region when it speaks the chosen language, else the region that the texts are written for. */
export function pickLocale(language: Language, system: readonly string[]): string {
  const regional = system.find((tag) => tag.toLowerCase().startsWith(`${language}-`));
  return regional ?? { es: 'es', en: 'en-US', pt: 'pt-BR' }[language];
}

const lastKey = 'aldaba.language';

/** The language of the last time, to load its texts before the core has said anything; null when it is not known. */
export function lastLanguage(): Language | null {
  const last = localStorage.getItem(lastKey);
  return languages.find((language) => language === last) ?? null;
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(lastKey, language);
}
