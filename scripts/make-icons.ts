/**
 * Draws every icon from its source, `resources/icons/{aldaba,mark}.svg`, with the Chromium that the tests use: `node scripts/make-icons.ts`.
 * Run it after a change of a source and commit what it writes.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser } from '../test/support/browser.ts';
import { icnsOf, icoOf } from './icons/containers.ts';

const folder = join(import.meta.dirname, '../resources/icons');
const linuxSizes = [16, 24, 32, 48, 64, 128, 256, 512];
const windowsSizes = [16, 24, 32, 48, 64, 128, 256];
const macSizes = [16, 32, 64, 128, 256, 512, 1024];

const icon = await readFile(join(folder, 'aldaba.svg'), 'utf8');
const mark = await readFile(join(folder, 'mark.svg'), 'utf8');
const browser = await launchBrowser();
try {
  const page = await browser.newPage();
  const icons = new Map<number, Buffer>();
  for (const size of new Set([...linuxSizes, ...windowsSizes, ...macSizes]))
    icons.set(size, await draw(page, icon, size));
  const of = (sizes: readonly number[]) =>
    sizes.map((size) => ({ size, png: icons.get(size) ?? Buffer.alloc(0) }));

  await mkdir(join(folder, 'linux'), { recursive: true });
  for (const { size, png } of of(linuxSizes)) await write(`linux/${size}x${size}.png`, png);
  await write('icon.png', icons.get(512) ?? Buffer.alloc(0));
  await write('icon.ico', icoOf(of(windowsSizes)));
  await write('icon.icns', icnsOf(of(macSizes)));

  // The tray: brass where the bar may be light or dark, black alone where the system colors it itself (macOS template images).
  await write('tray.png', await draw(page, mark.replace('fill="#000">', 'fill="#c8963f">'), 16));
  await write('tray@2x.png', await draw(page, mark.replace('fill="#000">', 'fill="#c8963f">'), 32));
  await write('trayTemplate.png', await draw(page, mark, 16));
  await write('trayTemplate@2x.png', await draw(page, mark, 32));
} finally {
  await browser.close();
}

/** The drawing as a PNG of `size` pixels each way, transparent where nothing is drawn. */
async function draw(page: Page, svg: string, size: number): Promise<Buffer> {
  await page.setViewportSize({ width: size, height: size });
  const sized = svg.replace(/width="\d+" height="\d+"/, `width="${size}" height="${size}"`);
  await page.setContent(`<style>body{margin:0}svg{display:block}</style>${sized}`);
  return page.screenshot({ omitBackground: true });
}

function write(name: string, content: Uint8Array): Promise<void> {
  return writeFile(join(folder, name), content);
}
