import en from '../../resources/locales/en/shell.json' with { type: 'json' };
import es from '../../resources/locales/es/shell.json' with { type: 'json' };
import pt from '../../resources/locales/pt/shell.json' with { type: 'json' };
import type { Language } from '../contract/primitives.ts';

const texts = { es, en, pt };

/** What the system shows outside of the window: the tray, and a start that failed. */
export function shellTexts(language: Language): typeof es {
  return texts[language];
}
