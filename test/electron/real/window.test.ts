import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron, type ElectronApplication, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findElectron } from '../../support/electron.ts';
import { describeUnless } from '../../support/skip.ts';

const root = join(import.meta.dirname, '../../..');
const found = findElectron();
// Chromium refuses to run as root with its sandbox, and a test without it would prove another program.
const missing =
  found.missing ?? (process.getuid?.() === 0 ? 'Electron does not run as root with its sandbox' : undefined);

describeUnless(missing, 'the real Electron', () => {
  let profile: string;
  let app: ElectronApplication;
  let page: Page;

  beforeAll(async () => {
    if (found.missing !== undefined) return;
    profile = await mkdtemp(join(tmpdir(), 'aldaba-electron-'));
    app = await _electron.launch({
      executablePath: found.path,
      args: [root, `--profile=${profile}`],
      env: { ...process.env, ALDABA_LANGUAGE: 'es', ELECTRON_OVERRIDE_DIST_PATH: '' },
      timeout: 60_000,
    });
    page = await app.firstWindow();
    await page.getByRole('heading', { level: 1 }).waitFor();
  });
  afterAll(async () => {
    await app?.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  });

  test('A19: the first run is shown at the page’s own address, from its own scheme', async () => {
    expect(page.url()).toBe('aldaba-app://window/');
    expect(await page.title()).toContain('Aldaba');
    expect(await page.getByRole('radio').count()).toBe(3);
  });

  test('the page has no Node, no bridge, and no way out', async () => {
    const seen = await page.evaluate(async () => {
      const refused = (work: Promise<unknown>) =>
        work.then(
          () => 'done',
          () => 'refused',
        );
      return {
        node: [typeof Reflect.get(globalThis, 'require'), typeof Reflect.get(globalThis, 'process')],
        outside: await refused(fetch('https://example.com/')),
        file: await refused(fetch('file:///etc/hosts')),
        opened: window.open('https://example.com/') === null,
        permission: await navigator.permissions.query({ name: 'geolocation' }).then(
          ({ state }) => state,
          () => 'refused',
        ),
        evaluated: (() => {
          try {
            return new Function('return 1')();
          } catch {
            return 'refused';
          }
        })(),
      };
    });
    expect(seen).toEqual({
      node: ['undefined', 'undefined'],
      outside: 'refused',
      file: 'refused',
      opened: true,
      permission: expect.stringMatching(/^(denied|refused)$/),
      evaluated: 'refused',
    });
    await page.evaluate(() => location.assign('https://example.com/'));
    expect(page.url()).toBe('aldaba-app://window/');
  });

  test('a call goes through the port: a chosen mode shows its step', async () => {
    await page.getByRole('radio').first().check();
    await page.keyboard.press('Enter');
    await expect.poll(() => page.title(), { timeout: 15_000 }).not.toContain('Cómo llega');
  });

  test('closing hides, quitting ends, and nothing secret is in the log', async () => {
    await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    expect(await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.isVisible())).toBe(
      false,
    );
    expect(await readFile(join(profile, 'logs/window.log'), 'utf8')).not.toContain('"level":50');
  });
});
