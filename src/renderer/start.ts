import type { i18n } from 'i18next';
import type { AppState } from '../contract/client/state.ts';
import { firstState } from './lib/first-state.ts';
import { lastLanguage, pickLanguage } from './lib/languages.ts';
import { connectFor } from './lib/link.ts';
import { createTexts, loadTexts } from './lib/texts.ts';
import { createWindowStore } from './lib/window-store.ts';

/** How long the page stays empty for the first snapshot, ms; the core usually answers within a few. */
const patience = 300;

// A script of its own, before index.tsx: the way to the core and the texts open while React is still being read.
export const store = createWindowStore(connectFor(window));
const guess = lastLanguage() ?? pickLanguage(null, navigator.languages);
void loadTexts(guess).catch(() => {});

/** The first snapshot; null when it takes longer than the patience. */
export const first: Promise<AppState | null> = firstState(store, patience);

/** The texts for the first thing drawn: in the language that the first snapshot asks for. */
export const texts: Promise<i18n> = first.then((state) =>
  createTexts(state === null ? guess : pickLanguage(state.settings.language, navigator.languages)),
);
