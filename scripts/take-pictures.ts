import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { languageSchema } from '../src/contract/primitives.ts';
import { openWindow, sizes, type WindowOptions } from '../test/e2e/window/open-window.ts';
import { scenarios } from '../test/fakes/client/scenarios/index.ts';
import type { Scenario } from '../test/fakes/client/scenarios/scenario.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { shrinkPng } from './pictures/shrink-png.ts';
import { readArguments } from './read-arguments.ts';

const help = `node scripts/take-pictures.ts [--all FOLDER]

Pictures of the window over a core in memory, in the Chromium that the tests use: the README's, into docs/pictures.
  --all FOLDER       instead every screen and state, both themes, both sizes, to look at
  --only WORD,WORD   those whose name has one of the words
  --language es|en|pt   --theme light|dark   --size desktop|smallest`;

const { values } = readArguments(help, {
  all: { type: 'string' },
  only: { type: 'string', default: '' },
  language: { type: 'string', default: 'es' },
  theme: { type: 'string' },
  size: { type: 'string' },
});

/** What the README shows. */
const readme = [
  { file: 'sign-in.png', name: 'sign-in/waiting', theme: 'light' },
  { file: 'license.png', name: 'license/active', theme: 'light' },
  { file: 'license-dark.png', name: 'license/active', theme: 'dark' },
  { file: 'people.png', name: 'people/table', theme: 'light' },
] as const;

const browser = await launchBrowser();
try {
  if (values.all === undefined) await takeReadme(browser);
  else await takeAll(browser, values.all);
} finally {
  await browser.close();
}

async function takeReadme(browser: Browser): Promise<void> {
  const folder = join(import.meta.dirname, '../docs/pictures');
  await mkdir(folder, { recursive: true });
  for (const { file, name, theme } of readme) {
    const scenario = scenarios.find((one) => one.name === name);
    if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
    const png = shrinkPng(await take(browser, scenario, { theme }));
    await writeFile(join(folder, file), png);
    console.log(`${file} ${Math.round(png.length / 1000)} kB`);
  }
}

async function takeAll(browser: Browser, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const words = values.only.split(',');
  const language = languageSchema.parse(values.language);
  for (const scenario of scenarios.filter(({ name }) => words.some((word) => name.includes(word)))) {
    for (const theme of ['light', 'dark'] as const) {
      for (const [size, pixels] of Object.entries(sizes)) {
        if ((values.theme ?? theme) !== theme || (values.size ?? size) !== size) continue;
        const png = await take(browser, scenario, { theme, language, size: pixels });
        await writeFile(
          join(folder, `${scenario.name.replace('/', '-')}.${theme}.${size}.${language}.png`),
          png,
        );
      }
    }
  }
}

async function take(browser: Browser, scenario: Scenario, options: WindowOptions): Promise<Buffer> {
  const window = await openWindow(browser, scenario, { ...options, language: 'es' });
  try {
    await scenario.act?.(window.page, window);
    const { language = 'es' } = options;
    // Scenarios act on the Spanish window; what they reach is then shown in the language asked for.
    if (scenario.endsCore === undefined) {
      window.core.update({ settings: { ...window.core.get().settings, language } });
      await window.page.locator(`html[lang^=${language}]`).waitFor();
    }
    await window.page.waitForLoadState('networkidle');
    return await window.page.screenshot({ animations: 'disabled', caret: 'hide' });
  } finally {
    await window.end();
  }
}
