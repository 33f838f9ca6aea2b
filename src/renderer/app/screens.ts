import type { AppState } from '../../contract/client/state.ts';
import type { Page } from '../lib/pages.ts';
import { preloadable } from '../lib/preloadable.tsx';
import { pageOf } from '../lib/use-page.ts';

/** The window once it is set up, with the license, where it opens. */
export const shell = preloadable(() => import('./shell.tsx'));

/** Every step of the setup after the choice of the way in. */
export const laterSteps = preloadable(() => import('../features/setup/later-steps.tsx'));

export const laterPages = {
  programs: preloadable(() => import('../features/programs/programs-page.tsx')),
  people: preloadable(() => import('../features/people/people-page.tsx')),
  settings: preloadable(() => import('../features/settings/settings-page.tsx')),
};

/** For somebody who is about to go there. */
export async function preloadPage(page: Page): Promise<void> {
  if (page !== 'license') await laterPages[page].preload();
}

/** What the first drawing needs, so that it shows no fallback. @param hash the page's address within the window */
export async function preloadScreen({ setup }: Pick<AppState, 'setup'>, hash: string): Promise<void> {
  if (setup.step === 'choose-mode') return;
  if (setup.step !== 'done') return laterSteps.preload();
  await Promise.all([shell.preload(), preloadPage(pageOf(hash) ?? 'license')]);
}
