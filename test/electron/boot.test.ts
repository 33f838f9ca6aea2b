import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectToRunning } from '../../src/core/shell/control-client.ts';
import { createFakeFrame, type FakeElectron } from '../fakes/electron/index.ts';
import { becomes } from '../support/becomes.ts';
import { removeProfile } from '../support/remove-profile.ts';
import { needs } from '../support/skip.ts';
import { boot, bootOnNewProfile, quit, speak } from './boot.ts';

const platform = process.platform === 'win32' ? 'windows' : process.platform === 'darwin' ? 'macos' : 'linux';
const page = createFakeFrame('aldaba-app://window/');
let booted: Awaited<ReturnType<typeof bootOnNewProfile>>;
let folder: string;
let electron: FakeElectron;
beforeAll(async () => {
  booted = await bootOnNewProfile();
  ({ folder, electron } = booted);
});
afterAll(() => booted.remove());

test('before Electron is ready: the scheme is registered, the sandbox on, the profile’s folder set', () => {
  expect(electron.schemes).toEqual([
    {
      scheme: 'aldaba-app',
      privileges: {
        standard: true,
        secure: true,
        supportFetchAPI: true,
        codeCache: true,
        bypassCSP: false,
        corsEnabled: false,
        allowServiceWorkers: false,
        allowExtensions: false,
        stream: false,
      },
    },
  ]);
  expect(electron.calls).toContain('enableSandbox');
  expect(electron.app.getPath('userData')).toBe(join(folder, 'data', 'window'));
  // macOS routes copy, paste and quit through the menu.
  expect(electron.calls.some((call) => call === 'setApplicationMenu null')).toBe(
    process.platform !== 'darwin',
  );
});

describe('the door', () => {
  test('a full call of the client’s contract across a real channel', async () => {
    const client = speak(electron.connect('aldaba:port', page));
    const state = await client.state.get();
    expect(state.client).toEqual({
      version: '0.1.0',
      shell: 'electron',
      platform,
      // Only an installed program has a place from which the system can start it.
      canAutoStart: false,
    });
    expect(state.setup.step).toBe('choose-mode');
    await client.setup.chooseMode({ mode: 'cloud-signin' });
    expect((await client.state.get()).setup).toMatchObject({ step: 'portal-address', mode: 'cloud-signin' });
    await expect(client.setup.setPortal({ address: 'ftp://nowhere' })).rejects.toMatchObject({
      code: 'portal-address-invalid',
    });
    await client.setup.back();
  });

  test('a window watches the state as it changes', async () => {
    const client = speak(electron.connect('aldaba:port', page));
    const watching = await client.state.watch();
    expect((await watching.next()).value).toMatchObject({ setup: { step: 'choose-mode' } });
    await client.settings.update({ theme: 'dark' });
    await becomes(async () =>
      expect((await watching.next()).value).toMatchObject({ settings: { theme: 'dark' } }),
    );
    expect(electron.module.nativeTheme.themeSource).toBe('dark');
    await watching.return(undefined);
  });

  test.each([
    ['a foreign page', createFakeFrame('https://example.com/')],
    ['a frame inside the page', createFakeFrame('aldaba-app://window/', { child: true })],
    ['a frame that is gone', null],
    ['another host of the scheme', createFakeFrame('aldaba-app://other/')],
  ])('%s is left outside: its port is closed', async (_name, frame) => {
    const port = electron.connect('aldaba:port', frame);
    await new Promise((resolve) => port.once('close', resolve));
  });

  test('there is no other channel, not even a library’s', async () => {
    await becomes(() => {
      const channels = electron.module.ipcMain.eventNames().filter((name) => name !== 'newListener');
      expect(channels).toEqual(['aldaba:port']);
    });
  });
});

describe('the process', () => {
  test('answers the command line on the same profile', async () => {
    const running = await connectToRunning({ runtime: join(folder, 'run') });
    expect(await running?.client.shell.info()).toEqual({
      pid: process.pid,
      kind: 'window',
      version: '0.1.0',
      address: null,
    });
    const [window] = electron.windows;
    window?.hide();
    expect(await running?.client.shell.open()).toEqual({ link: null });
    expect(window?.visible).toBe(true);
    running?.close();
  });

  test('a second start brings the first one’s window up, on the screen of its link', async () => {
    const [window] = electron.windows;
    if (window === undefined) throw new Error('no window');
    window.minimized = true;
    electron.app.emit('second-instance', {}, ['aldaba', 'aldaba://open/people'], '/');
    await becomes(() => expect([window.minimized, window.visible]).toEqual([false, true]));
    expect(window.loaded.at(-1)).toBe('aldaba-app://window/#/people');
    window.minimized = true;
    electron.app.emit('second-instance', {}, ['aldaba', 'aldaba://sign-in?password=x'], '/');
    await becomes(() => expect(window.minimized).toBe(false));
    expect(window.loaded.at(-1)).toBe('aldaba-app://window/#/people');
  });

  test('a link from the system does the same, and nothing more', async () => {
    const [window] = electron.windows;
    const event = { preventDefault: vi.fn() };
    electron.app.emit('open-url', event, 'aldaba://open/programs');
    expect(event.preventDefault).toHaveBeenCalled();
    await becomes(() => expect(window?.loaded.at(-1)).toBe('aldaba-app://window/#/programs'));
    const loads = window?.loaded.length;
    electron.app.emit('open-url', event, 'aldaba://open/../../etc');
    await becomes(() => expect(window?.focused).toBeGreaterThan(2));
    expect(window?.loaded).toHaveLength(loads ?? 0);
  });

  test('closing the window hides it: programs are still served; the tray brings it back', () => {
    const [window] = electron.windows;
    window?.close();
    expect([window?.visible, window?.destroyed, electron.hasQuit()]).toEqual([false, false, false]);
    const [tray] = electron.trays;
    expect(tray?.menu.map(({ label, type }) => label ?? type)).toEqual([
      'Abrir Aldaba',
      'separator',
      'Salir de Aldaba',
    ]);
    tray?.emit('click');
    expect(window?.visible).toBe(true);
  });
});

describe('a page that died', () => {
  const die = (reason: string) =>
    electron.windows.at(-1)?.webContents.emit('render-process-gone', {}, { reason, exitCode: 5 });

  test('is loaded again once; after that the window goes, and the next one is new', () => {
    const [window] = electron.windows;
    die('clean-exit');
    expect(window?.webContents.reloads).toBe(0);
    die('oom');
    expect([window?.webContents.reloads, window?.destroyed]).toEqual([1, false]);
    die('crashed');
    expect([window?.webContents.reloads, window?.destroyed]).toEqual([1, true]);
    electron.trays[0]?.emit('click');
    expect(electron.windows).toHaveLength(2);
    expect(electron.windows[1]?.loaded).toEqual(['aldaba-app://window/']);
  });

  test('or did not load; a load that another one replaced is nothing', () => {
    const window = electron.windows.at(-1);
    window?.webContents.emit('did-fail-load', {}, -3, 'ERR_ABORTED', '', true);
    window?.webContents.emit('did-fail-load', {}, -6, 'ERR_FILE_NOT_FOUND', '', false);
    expect(window?.webContents.reloads).toBe(0);
    window?.webContents.emit('did-fail-load', {}, -6, 'ERR_FILE_NOT_FOUND', '', true);
    expect(window?.webContents.reloads).toBe(1);
  });
});

test('started hidden, as programs do: no window, and a hidden second start brings none up; its link does', async () => {
  const own = await mkdtemp(join(tmpdir(), 'aldaba-hidden-'));
  const hidden = await boot(own, { argv: ['--hidden'] });
  await hidden.becomeReady();
  await becomes(() => expect(hidden.trays).toHaveLength(1));
  hidden.app.emit('second-instance', {}, ['aldaba', '--hidden'], '/');
  // Answered after whatever the second start began.
  await speak(hidden.connect('aldaba:port', page)).state.get();
  expect(hidden.windows).toEqual([]);
  hidden.app.emit('second-instance', {}, ['aldaba', '--hidden', 'aldaba://open/people'], '/');
  await becomes(() => expect(hidden.windows).toHaveLength(1));
  expect(hidden.windows[0]?.loaded).toEqual(['aldaba-app://window/#/people']);
  hidden.windows[0]?.hide();
  hidden.app.emit('second-instance', {}, ['aldaba', '--hidden'], '/');
  await speak(hidden.connect('aldaba:port', page)).state.get();
  expect(hidden.windows[0]?.visible).toBe(false);
  hidden.app.emit('second-instance', {}, ['aldaba'], '/');
  await becomes(() => expect(hidden.windows[0]?.visible).toBe(true));
  await quit(hidden);
  await removeProfile(own);
});

test('an installed program on the person’s own profile starts with the computer, unless they say otherwise', async (context) => {
  needs(context, process.platform === 'linux', 'elsewhere the own profile has the person’s own keychain');
  const home = await mkdtemp(join(tmpdir(), 'aldaba-home-'));
  for (const [name, path] of [
    ['HOME', '.'],
    ['XDG_CONFIG_HOME', 'config'],
    ['XDG_DATA_HOME', 'data'],
    ['XDG_STATE_HOME', 'state'],
    ['XDG_RUNTIME_DIR', 'run'],
  ] as const)
    vi.stubEnv(name, join(home, path));
  const installed = await boot(home, { packaged: true, own: true, argv: ['--hidden'] });
  await installed.becomeReady();
  const entry = join(home, 'config/autostart/aldaba.desktop');
  await becomes(async () => expect(await readFile(entry, 'utf8')).toContain('--hidden'));
  expect(installed.windows).toEqual([]);
  const client = speak(installed.connect('aldaba:port', page));
  expect((await client.state.get()).client.canAutoStart).toBe(true);
  await client.settings.update({ autoStart: false });
  await becomes(() => expect(existsSync(entry)).toBe(false));
  await quit(installed);
  await rm(home, { recursive: true });
});

test('another instance of the profile has the lock: this one quits and touches nothing', async () => {
  const second = await boot(folder, { firstInstance: false });
  await second.becomeReady();
  expect([second.hasQuit(), second.windows.length, second.trays.length]).toEqual([true, 0, 0]);
  expect(second.module.ipcMain.eventNames()).toEqual([]);
});
