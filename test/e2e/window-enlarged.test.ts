import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { expectFocus } from './window/focus.ts';
import { scenarioNamed } from './window/scenario-named.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();
/** The window's first size, enlarged to twice its size. */
const size = { width: 640, height: 400 };

describeUnless(missing, 'enlarged to twice its size', () => {
  const { open } = useWindows();

  test.each([
    'setup/mode-change',
    'sign-in/waiting',
    'standalone/requested',
    'license/active',
    'license/device-drift',
    'programs/failed',
    'people/few',
    'settings/installed',
    'settings/diagnosis',
  ])('%s: nothing is squeezed or lies beside the window', async (name) => {
    const { page } = await open(name, { size });
    expect(await ill(page)).toEqual([]);
  });

  test('the pages and the account are reached in their order', async () => {
    const { page } = await open('license/active', { size });
    await page.getByRole('link', { name: 'Licencias' }).focus();
    for (const name of ['Programas', 'Personas', 'Configuración', /Lucía Ferrer/]) {
      await page.keyboard.press('Tab');
      await expectFocus(page, name);
    }
  });
});

describeUnless(missing, 'in the colors of high contrast', () => {
  const { open } = useWindows();

  test.each([
    ['settings/signed-in', 'label:has([type=radio]:checked)', 'label:has([type=radio]:not(:checked))'],
    ['people/contact', '[type=checkbox]:checked', '[type=checkbox]:not(:checked)'],
  ])('%s: what is chosen differs from what is not', async (name, chosen, other) => {
    const opened = await open(name);
    const { page } = opened;
    await page.emulateMedia({ forcedColors: 'active' });
    await scenarioNamed(name).act?.(page, opened);
    const color = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(await color(chosen)).not.toBe(await color(other));
  });

  test('how far a download is shows', async () => {
    const { page } = await open('programs/moving');
    await page.emulateMedia({ forcedColors: 'active' });
    const bar = page.getByRole('progressbar').first();
    const { x, y, width, height } = (await bar.boundingBox()) ?? expect.fail('no bar');
    const shot = (at: number) => page.screenshot({ clip: { x: at, y, width: 8, height } });
    // Within the frame, where what has come begins, and where what is to come ends.
    const [begin, end] = [await shot(x + 4), await shot(x + width - 12)];
    expect(begin.equals(end)).toBe(false);
  });
});

/** Words in a column of a few letters, and what scrolls sideways or lies upon its neighbor's words. */
function ill(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const main = document.getElementById('content');
    if (main === null) return ['no content'];
    if (main.scrollWidth > main.clientWidth) found.push(`sideways ${main.scrollWidth}`);
    const words = [...main.querySelectorAll<HTMLElement>('h1, h2, h3, p, dt, dd, label, legend')].filter(
      (element) => element.clientWidth > 1 && element.closest('.visually-hidden') === null,
    );
    for (const element of words) {
      const { width, height } = element.getBoundingClientRect();
      if (width < 96 && height > 70) found.push(`squeezed ${width} ${element.textContent}`);
      if (element.scrollWidth > element.clientWidth + 1) found.push(`cut ${element.textContent}`);
    }
    return found;
  });
}
