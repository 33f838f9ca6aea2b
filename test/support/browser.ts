import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import { unpackedChromium } from './browser-unpack.ts';

/** Where distributions and vendors put Chromium or a browser built from it. */
const installed: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: [
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
  ],
  win32: ['Google\\Chrome\\Application\\chrome.exe', 'Microsoft\\Edge\\Application\\msedge.exe'].flatMap(
    (program) => [join('C:\\Program Files', program), join('C:\\Program Files (x86)', program)],
  ),
};

export interface BrowserProgram {
  readonly path: string;
  /** Variables that this build needs beside the environment. */
  readonly env: Readonly<Record<string, string>>;
}

/**
 * The Chromium to drive: `ALDABA_TEST_BROWSER`, else an installed one, else on Linux the one from the npm package
 * `@sparticuz/chromium`, unpacked once per version. `missing` says in a sentence why there is none.
 *
 * @example const { missing } = await findBrowser(); describeUnless(missing, 'sign-in', () => { … });
 */
export async function findBrowser(): Promise<
  { program: BrowserProgram; missing?: undefined } | { missing: string }
> {
  const asked = process.env.ALDABA_TEST_BROWSER;
  const path = asked ?? installed[process.platform]?.find((candidate) => existsSync(candidate));
  if (path !== undefined) return { program: { path, env: {} } };
  if (process.platform !== 'linux') return { missing: 'no Chrome, Chromium or Edge is installed' };
  if (process.arch !== 'x64')
    return { missing: `no Chromium is installed, and npm has none for ${process.arch}` };
  return { program: await unpackedChromium() };
}

/**
 * Starts a headless Chromium; each test takes an isolated profile of it with `browser.newContext()`.
 * Rejects when the machine has none: ask {@link findBrowser} first. The caller closes it.
 */
export async function launchBrowser(): Promise<Browser> {
  const found = await findBrowser();
  if (found.missing !== undefined) throw new Error(found.missing);
  return chromium.launch({
    executablePath: found.program.path,
    env: { ...process.env, ...found.program.env },
    // Chromium's own sandbox refuses root, and containers often forbid the user namespaces it is made of.
    chromiumSandbox: false,
    args: ['--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
  });
}
