import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { type Language, languages } from './languages.ts';

/** One chunk per language and namespace: only the language in use is loaded. */
const loaders = {
  es: () =>
    Promise.all([
      import('../../../resources/locales/es/window.json'),
      import('../../../resources/locales/es/errors.json'),
    ]),
  en: () =>
    Promise.all([
      import('../../../resources/locales/en/window.json'),
      import('../../../resources/locales/en/errors.json'),
    ]),
  pt: () =>
    Promise.all([
      import('../../../resources/locales/pt/window.json'),
      import('../../../resources/locales/pt/errors.json'),
    ]),
} satisfies Record<Language, unknown>;

/** «5:32 a. m.» or «Andes S. A.» at the end of a sentence brings its period along: a second one is not written. */
const onePeriod = {
  type: 'postProcessor',
  name: 'one-period',
  process: (text: string) => text.replace(/(?<!\.)\.\.(?!\.)/g, '.'),
} as const;

/** Texts in `language`, ready to use. Languages load when they are first chosen: see {@link changeLanguage}. */
export async function createTexts(language: Language): Promise<i18n> {
  const texts = createInstance();
  await texts
    .use(initReactI18next)
    .use(onePeriod)
    .init({
      lng: language,
      supportedLngs: [...languages],
      fallbackLng: false,
      defaultNS: 'window',
      ns: ['window', 'errors'],
      resources: { [language]: await loadTexts(language) },
      // React escapes what it renders.
      interpolation: { escapeValue: false },
      react: { useSuspense: false },
      postProcess: [onePeriod.name],
    });
  return texts;
}

/** Loads the language if it is new, then switches every text to it. */
export async function changeLanguage(texts: i18n, language: Language): Promise<void> {
  if (texts.language === language) return;
  if (!texts.hasResourceBundle(language, 'window')) {
    const { window, errors } = await loadTexts(language);
    texts.addResourceBundle(language, 'window', window);
    texts.addResourceBundle(language, 'errors', errors);
  }
  await texts.changeLanguage(language);
}

/** Loaded once however often it is asked for. */
export async function loadTexts(language: Language): Promise<{ window: object; errors: object }> {
  const [window, errors] = await loaders[language]();
  return { window: window.default, errors: errors.default };
}
