import type { i18n } from 'i18next';
import { firstState } from './lib/first-state.ts';
import { lastLanguage, pickLanguage } from './lib/languages.ts';
import { connectFor } from './lib/link.ts';
import { createTexts, loadTexts } from './lib/texts.ts';
import { createWindowStore } from './lib/window-store.ts';

/** How long the page stays empty for the first snapshot, ms; the core usually answers within a few. */
const patience = 300;

// The way to the core and the likely texts begin to open before the rest of the program is evaluated.
export const store = createWindowStore(connectFor(window));
const guess = lastLanguage() ?? pickLanguage(null, navigator.languages);
const guessed = loadTexts(guess);

/** The texts for the first thing drawn: in the language that the first snapshot asks for. */
export async function texts(): Promise<i18n> {
  const state = await firstState(store, patience);
  const language = state === null ? guess : pickLanguage(state.settings.language, navigator.languages);
  if (language === guess) await guessed;
  return createTexts(language);
}
