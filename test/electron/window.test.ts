import { join } from 'node:path';
import type { Session } from 'electron';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { contentPolicy } from '../../src/contract/window-link.ts';
import type { FakeElectron } from '../fakes/electron/index.ts';
import { becomes } from '../support/becomes.ts';
import { bootOnNewProfile } from './boot.ts';

const root = join(import.meta.dirname, '../..');
let booted: Awaited<ReturnType<typeof bootOnNewProfile>>;
let electron: FakeElectron;
beforeAll(async () => {
  booted = await bootOnNewProfile();
  ({ electron } = booted);
});
afterAll(() => booted.remove());

describe('the window', () => {
  test('is one, hidden until it has drawn, at the page’s own address', () => {
    expect(electron.windows).toHaveLength(1);
    const [window] = electron.windows;
    expect(window?.options.show).toBe(false);
    expect(window?.loaded).toEqual(['aldaba-app://window/']);
    window?.emit('ready-to-show');
    expect(window?.visible).toBe(true);
  });

  test('states every preference that decides about security', () => {
    const { session, ...preferences } = electron.windows[0]?.options.webPreferences ?? {};
    expect(session).toBe(electron.session('persist:window') as unknown as Session);
    expect(preferences).toEqual({
      preload: join(root, 'out/preload/index.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      enableBlinkFeatures: '',
      webviewTag: false,
      plugins: false,
      webgl: false,
      navigateOnDragDrop: false,
      spellcheck: false,
      safeDialogs: true,
      devTools: true,
    });
  });

  test.each(['will-navigate', 'will-frame-navigate', 'will-redirect'] as const)(
    '%s leads nowhere else',
    (event) => {
      const contents = electron.windows[0]?.webContents;
      expect(contents?.allows(event, 'aldaba-app://window/#/people')).toBe(true);
      for (const url of ['https://example.com/', 'file:///etc/passwd', 'aldaba-app://other/', 'javascript:1'])
        expect(contents?.allows(event, url)).toBe(false);
    },
  );

  test('holds no webview', () => {
    expect(electron.windows[0]?.webContents.allows('will-attach-webview', 'aldaba-app://window/')).toBe(
      false,
    );
  });

  test('opens no window; a link of the list goes to the person’s browser, another one nowhere', async () => {
    const contents = electron.windows[0]?.webContents;
    expect(contents?.open('https://example.com/')).toEqual({ action: 'deny' });
    expect(contents?.open('https://aldaba.example/help/roles')).toEqual({ action: 'deny' });
    await becomes(() => expect(electron.opened.addresses).toEqual(['https://aldaba.example/help/roles']));
  });

  test('has no permission', () => {
    const { request, check, device, display, usb } = electron.session('persist:window').handlers;
    const contents = electron.windows[0]?.webContents as never;
    const answer = vi.fn();
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
    ] as const) {
      request?.(contents, permission, answer, {} as never);
      expect(check?.(contents, permission, 'aldaba-app://window', {} as never)).toBe(false);
    }
    expect(answer.mock.calls).toEqual(Array.from({ length: 5 }, () => [false]));
    expect(device?.({} as never)).toBe(false);
    const streams = vi.fn();
    display?.({} as never, streams);
    expect(streams).toHaveBeenCalledWith(null);
    expect(usb?.({ protectedClasses: ['hid'] })).toEqual(['hid']);
  });

  test('every session is born without permissions, the portal’s too', () => {
    expect(electron.sessions.size).toBeGreaterThanOrEqual(2);
    for (const session of electron.sessions.values())
      expect(session.handlers.check?.(null, 'hid', '', {} as never)).toBe(false);
  });

  test.each([
    ['aldaba-app://window/assets/a.js', false],
    ['blob:aldaba-app://window/1', false],
    ['https://example.com/tracker.png', true],
    ['http://127.0.0.1:4100/', true],
    ['file:///etc/passwd', true],
    ['blob:https://example.com/1', true],
    ['data:text/html,x', true],
  ])('a request for %s is cancelled: %s', (url, cancel) => {
    const answer = vi.fn();
    electron.session('persist:window').handlers.beforeRequest?.({ url }, answer);
    expect(answer).toHaveBeenCalledWith({ cancel });
  });

  test('saves only what the page made itself', () => {
    const session = electron.session('persist:window');
    const prevented = (url: string) => {
      let stopped = false;
      session.emit('will-download', { preventDefault: () => (stopped = true) }, { getURL: () => url });
      return stopped;
    };
    expect(prevented('blob:aldaba-app://window/5')).toBe(false);
    expect(prevented('https://example.com/setup.exe')).toBe(true);
    expect(prevented('blob:https://example.com/5')).toBe(true);
  });

  test('certificates that the system does not trust are refused', () => {
    let prevented = false;
    const answer = vi.fn();
    electron.app.emit(
      'certificate-error',
      { preventDefault: () => (prevented = true) },
      {},
      '',
      '',
      {},
      answer,
    );
    expect([prevented, answer.mock.calls]).toEqual([true, [[false]]]);
  });
});

describe('the page', () => {
  test('comes from its own scheme under its content policy', async () => {
    const handler = electron.session('persist:window').handlers.schemes.get('aldaba-app');
    const index = (await handler?.(addressed('aldaba-app://window/'))) as Response;
    expect(index.status).toBe(200);
    expect(await index.text()).toContain('<div id="root">');
    const policy = index.headers.get('content-security-policy') ?? '';
    const nonce = /'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(policy).toBe(contentPolicy(nonce));
    expect(index.headers.get('x-content-type-options')).toBe('nosniff');
  });

  test.each([
    ['GET', 'aldaba-app://window/../main/index.js', 404],
    ['GET', 'aldaba-app://window/%2e%2e/main/index.js', 404],
    ['GET', 'aldaba-app://window/..%2fmain%2findex.js', 404],
    ['GET', 'aldaba-app://window/.stamp', 404],
    ['GET', 'aldaba-app://other/', 404],
    ['POST', 'aldaba-app://window/', 405],
  ])('%s %s is %i', async (method, url, status) => {
    const handler = electron.session('persist:window').handlers.schemes.get('aldaba-app');
    const answer = (await handler?.(addressed(url, method))) as Response;
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
  });
});

/** Node's `Request` does not keep an address of a scheme that it does not know. */
function addressed(url: string, method = 'GET'): GlobalRequest {
  return { url, method } as GlobalRequest;
}
type GlobalRequest = Parameters<Parameters<Electron.Protocol['handle']>[1]>[0];
