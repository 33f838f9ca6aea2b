import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchBrowser } from '../../support/browser.ts';
import { type OpenWindow, openWindow, type WindowOptions } from './open-window.ts';
import { scenarioNamed } from './scenario-named.ts';

export interface Windows {
  readonly browser: Browser;
  /** The window that the test opened last. */
  readonly last: OpenWindow;
  /** Opens the window of a scenario, in a profile of its own; the last one ends with the test. */
  open(name: string, options?: WindowOptions): Promise<OpenWindow>;
}

/** One browser for the tests of the `describe` that calls it. */
export function useWindows(): Windows {
  let browser: Browser;
  let last: OpenWindow | undefined;
  beforeAll(async () => {
    browser = await launchBrowser();
  });
  afterEach(async () => {
    await last?.end();
    last = undefined;
  });
  afterAll(() => browser.close());
  return {
    get browser() {
      return browser;
    },
    get last() {
      if (last === undefined) throw new Error('the test opened no window');
      return last;
    },
    async open(name, options) {
      last = await openWindow(browser, scenarioNamed(name), options);
      return last;
    },
  };
}
