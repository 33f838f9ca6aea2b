import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { builtWindow, openScenario } from '../fakes/client/open-scenario.ts';
import { findBrowser } from '../support/browser.ts';
import { describeUnless } from '../support/skip.ts';
import { scenarioNamed } from './window/scenario-named.ts';
import { useWindows } from './window/use-windows.ts';

const { missing } = await findBrowser();

describeUnless(missing, 'what the window loads, and when', () => {
  const windows = useWindows();
  const { open } = windows;

  test.each(['license/active', 'people/table', 'sign-in/first'])(
    '%s is the first thing drawn: nothing else stands in its place before',
    async (name) => {
      const shown = await drawnFirst(name);
      expect(shown).toEqual([await windows.last.page.getByRole('heading', { level: 1 }).textContent()]);
    },
  );

  /** What main said since the page began, up to its heading. */
  async function drawnFirst(name: string): Promise<string[]> {
    const opened = await open(name);
    await opened.page.addInitScript(() => {
      const said: string[] = [];
      Object.assign(globalThis, { said });
      new MutationObserver(() => {
        if (!document.getElementById('root')?.hasChildNodes()) return;
        const text =
          document.querySelector('main h1, main [role=status]:not(:empty)')?.textContent ?? 'nothing';
        if (said.at(-1) !== text) said.push(text);
      }).observe(document, { subtree: true, childList: true });
    });
    await opened.page.reload();
    await opened.page.getByRole('heading', { level: 1 }).waitFor();
    return opened.page.evaluate(() => (globalThis as unknown as { said: string[] }).said);
  }

  test('a page is fetched when the pointer or the focus comes to its name, and then shows at once', async () => {
    const { page } = await open('license/active');
    const programs = page.getByRole('link', { name: 'Programas' });
    await whileFetching(page, 'programs-page', () => programs.hover());
    const settings = page.getByRole('link', { name: 'Configuración' });
    await whileFetching(page, 'settings-page', () => settings.focus());
    await page.evaluate(() => {
      Object.assign(globalThis, { skeletons: 0 });
      new MutationObserver(() => {
        if (document.querySelector('main [class*=bones]') !== null)
          (globalThis as unknown as { skeletons: number }).skeletons += 1;
      }).observe(document.body, { subtree: true, childList: true });
    });
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    expect(await page.evaluate(() => (globalThis as unknown as { skeletons: number }).skeletons)).toBe(0);
  });

  /** Until the part's script has run and its styles apply. */
  async function whileFetching(page: Page, part: string, act: () => Promise<void>): Promise<void> {
    const fetched = (type: string) =>
      page.waitForResponse((response) => {
        const { pathname } = new URL(response.url());
        return pathname.includes(part) && pathname.endsWith(type);
      });
    const both = Promise.all([fetched('.js'), fetched('.css')]);
    await act();
    const [script, styles] = await both;
    await styles.finished();
    await page.evaluate(`import(${JSON.stringify(script.url())}).then(() => {})`);
    // Whoever waited for it before goes on before the next frame.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }

  test('the first screen starts with at most 130 kB of scripts, compressed, and fetches the rest while it is read', async () => {
    // Time stands still until the screen is there: what is fetched ahead is fetched after a pause.
    const { first, all } = await scriptsOf('setup/mode', { still: true });
    expect(first.length).toBeGreaterThan(2);
    // The promise is 150 kB for what starts it, texts included.
    expect(await kilobytes(first)).toBeLessThanOrEqual(130);
    expect(await kilobytes(all)).toBeLessThanOrEqual(220);
  });

  test('the licenses show with at most 220 kB of scripts, compressed', async () => {
    const { all } = await scriptsOf('license/active', { still: false });
    expect(all.length).toBeGreaterThan(2);
    expect(await kilobytes(all)).toBeLessThanOrEqual(220);
  });

  async function scriptsOf(name: string, { still }: { still: boolean }) {
    const opened = await openScenario(scenarioNamed(name));
    const context = await windows.browser.newContext({ locale: 'es' });
    try {
      const loaded = new Set<string>();
      context.on('request', (request) => {
        const { pathname } = new URL(request.url());
        if (pathname.endsWith('.js')) loaded.add(pathname);
      });
      const page = await context.newPage();
      if (still) {
        await page.clock.install({ time: 0 });
        await page.clock.pauseAt(1000);
      }
      await page.goto(opened.address);
      await page.getByRole('heading', { level: 1 }).waitFor();
      const first = [...loaded];
      if (still) await page.clock.resume();
      await page.waitForLoadState('networkidle');
      return { first, all: [...loaded] };
    } finally {
      await context.close();
      await opened.close();
    }
  }
});

async function kilobytes(files: readonly string[]): Promise<number> {
  const sizes = await Promise.all(
    files.map(async (file) => gzipSync(await readFile(join(builtWindow, file)), { level: 9 }).length),
  );
  return sizes.reduce((sum, size) => sum + size, 0) / 1000;
}
