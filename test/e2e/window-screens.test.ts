import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { RunOptions } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { languages } from '../../src/contract/primitives.ts';
import type { Settings } from '../../src/contract/settings.ts';
import { scenarios } from '../fakes/client/scenarios/index.ts';
import { findBrowser, launchBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { openWindow, type ReusedPage, reusePage, sizes } from './window/open-window.ts';

const { missing } = await findBrowser();

describeUnless(missing, 'every screen and state', () => {
  const options = { size: sizes.smallest };
  let browser: Browser;
  let windows: ReusedPage;
  beforeAll(async () => {
    browser = await launchBrowser();
    windows = reusePage(browser, options);
  });
  // What a test leaves behind that failed is no other's beginning.
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail') await windows.drop();
  });
  afterAll(async () => {
    await windows.drop();
    await browser.close();
  });

  test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
    '%s: no accessibility violation in either theme, nothing cut off in any language, no complaint of the browser',
    async (_, scenario) => {
      const alone = scenario.endsCore === true;
      const window = await (alone ? openWindow(browser, scenario, options) : windows.open(scenario));
      const { page, core } = window;
      try {
        await scenario.act?.(page, window);
        for (const theme of alone ? (['light'] as const) : (['light', 'dark'] as const)) {
          await setSettings({ theme });
          await page.locator(`html[data-mantine-color-scheme=${theme}]`).waitFor();
          // A theme changes colors alone: one judgment of all else is enough.
          expect(await violations(page, theme === 'light' ? {} : { runOnly: colorRules })).toEqual([]);
        }
        expect(await strays(page)).toEqual([]);
        for (const language of alone ? (['es'] as const) : languages) {
          await setSettings({ language });
          await page.locator(`html[lang^=${language}]`).waitFor();
          expect(await cutOff(page)).toEqual([]);
        }
        const expected = alone ? /WebSocket|ERR_(CONNECTION_|EMPTY_RESPONSE)/ : /^$/;
        expect(window.complaints.filter((complaint) => !expected.test(complaint))).toEqual([]);
        expect(window.log).toEqual([]);
      } finally {
        await window.end();
      }

      async function setSettings(change: Partial<Settings>): Promise<void> {
        core.update({ settings: { ...core.get().settings, ...change } });
      }
    },
  );
});

/**
 * What hides its overflow is still scrolled by a screen reader or a search in the page, and a person cannot scroll it back: of those with
 * something for a screen reader in them, the ones that have anything below their edge.
 */
function strays(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const around = new Set<Element>([document.documentElement]);
    for (const hidden of document.querySelectorAll('.visually-hidden'))
      for (let outer = hidden.parentElement; outer !== null; outer = outer.parentElement)
        if (getComputedStyle(outer).overflowY === 'hidden' && outer.clientHeight > 1) around.add(outer);
    return [...around]
      .filter(({ scrollHeight, clientHeight }) => scrollHeight > clientHeight + 1)
      .map(({ nodeName, className, scrollHeight, clientHeight }) =>
        [nodeName, className, scrollHeight, clientHeight].join(' '),
      );
  });
}

const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const colorRules = ['color-contrast', 'link-in-text-block'];

/** The rules of axe on the page as it stands, by rule with the places. The page's policy forbids a script element, so it is evaluated. */
async function violations(page: Page, options: RunOptions): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe);
  return page.evaluate(async (options) => {
    // Colors on their way from one theme to the other are nobody's choice; what inherits one starts when that one ends.
    for (let running = document.getAnimations(); running.length > 0; running = document.getAnimations())
      await Promise.all(running.map((animation) => animation.finished.catch(() => {})));
    const { violations } = await (window as unknown as { axe: typeof import('axe-core') }).axe.run(options);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    );
  }, options);
}

/** Controls whose words do not fit, and anything that makes the page scroll sideways. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const sideways = [...document.querySelectorAll('html, main, [role=dialog]')]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => `${element.tagName} scrolls sideways`);
    const controls = [...document.querySelectorAll('button, a, label, h1, h2, [role=menuitem]')]
      .flatMap((control) => [control, ...control.querySelectorAll('*')])
      .filter((element): element is HTMLElement => element instanceof HTMLElement)
      .filter((element) => element.textContent.trim() !== '')
      .filter((element) => getComputedStyle(element).overflowX === 'hidden' && element.clientWidth > 1)
      .filter((element) => element.scrollWidth > element.clientWidth + 1)
      .map((element) => `cut off: ${element.textContent}`);
    return [...sideways, ...controls];
  });
}
