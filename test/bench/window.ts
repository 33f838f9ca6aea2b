import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { build } from 'vite';
import { scenarioNamed } from '../e2e/window/scenario-named.ts';
import { builtWindow, openScenario } from '../fakes/client/open-scenario.ts';
import { launchBrowser } from '../support/browser.ts';
import { atMost, below, percentile, type Run } from './figure.ts';

const rounds = 15;
/** Thousand bytes, as browsers' tools count transfer. */
const budget = 150;

export const figures = {
  'renderer-initial-js': below(budget, 'kB', 'gzip, scripts loaded with the page'),
  'setup-interactive': atMost(2, 'ms', 'an empty React page (p50)'),
  'license-interactive': atMost(3, 'ms', 'an empty React page (p50)'),
};

/**
 * What the browser must load before the first screen, and how soon a first run and a daily start can be used: from the start of the navigation until the
 * frame after its first control is there. An empty React page, built by the same bundler and served by the same host, is the limit.
 */
export const run: Run<typeof figures> = async (asks) => ({
  ...(asks('renderer-initial-js') && {
    'renderer-initial-js': { value: (await initialScripts(builtWindow)) / 1000 },
  }),
  ...(asks('setup-interactive', 'license-interactive') && (await interactive(asks))),
});

async function interactive(asks: Parameters<typeof run>[0]): ReturnType<typeof run> {
  const setup = scenarioNamed('setup/mode');
  const license = scenarioNamed('license/active');
  const folder = await mkdtemp(join(tmpdir(), 'aldaba-empty-page-'));
  const browser = await launchBrowser();
  try {
    const empty = await buildEmptyPage(folder);
    const times = { setup: [] as number[], license: [] as number[], empty: [] as number[] };
    const shown = [
      { scenario: setup, page: builtWindow, taken: times.setup, asked: asks('setup-interactive') },
      { scenario: license, page: builtWindow, taken: times.license, asked: asks('license-interactive') },
      { scenario: setup, page: empty, taken: times.empty, asked: true },
    ].filter(({ asked }) => asked);
    for (let round = -2; round < rounds; round++) {
      for (const { scenario, page, taken } of shown) {
        const opened = await openScenario(scenario, {}, page);
        const time = await timeToControl(browser, opened.address);
        await opened.close();
        if (round >= 0) taken.push(time);
      }
    }
    const limit = percentile(times.empty, 50);
    return {
      ...(times.setup.length > 0 && { 'setup-interactive': { value: percentile(times.setup, 50), limit } }),
      ...(times.license.length > 0 && {
        'license-interactive': { value: percentile(times.license, 50), limit },
      }),
    };
  } finally {
    await browser.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Bytes, compressed, of the scripts that the page names: its own and the ones that it preloads. */
async function initialScripts(page: string): Promise<number> {
  const html = await readFile(join(page, 'index.html'), 'utf8');
  let bytes = 0;
  for (const [, file] of html.matchAll(/(?:src|href)="([^"]+\.js)"/g))
    bytes += gzipSync(await readFile(join(page, file ?? '')), { level: 9 }).length;
  if (bytes === 0) throw new Error('the page names no script');
  return bytes;
}

async function timeToControl(browser: Browser, address: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  try {
    const page = await context.newPage();
    await page.addInitScript(() => {
      const look = () => {
        if (document.querySelector('main button, main input, body > #root > button') === null)
          requestAnimationFrame(look);
        else
          requestAnimationFrame(() => {
            (globalThis as { usableAt?: number }).usableAt = performance.now();
          });
      };
      requestAnimationFrame(look);
    });
    await page.goto(address);
    const handle = await page.waitForFunction(() => (globalThis as { usableAt?: number }).usableAt);
    return (await handle.jsonValue()) as number;
  } finally {
    await context.close();
  }
}

/** React, a root, and one button. */
async function buildEmptyPage(folder: string): Promise<string> {
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><title>Empty</title><div id="root"></div><script type="module" src="./index.js"></script>',
  );
  await writeFile(
    join(folder, 'index.js'),
    `import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
createRoot(document.getElementById('root')).render(createElement('button', null, 'Ready'));`,
  );
  const outDir = join(folder, 'built');
  await build({
    configFile: false,
    root: folder,
    base: './',
    logLevel: 'error',
    resolve: { alias: aliases() },
    build: { outDir, minify: true },
  });
  return outDir;
}

/** The page lies outside the project, so its two libraries are named. */
function aliases(): Record<string, string> {
  const modules = join(import.meta.dirname, '../../node_modules');
  return { react: join(modules, 'react'), 'react-dom': join(modules, 'react-dom') };
}
