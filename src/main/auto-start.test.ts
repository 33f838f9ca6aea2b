import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createFakeElectron } from '../../test/fakes/electron/index.ts';
import { type AutoStartOptions, createAutoStart, openedAtLogin } from './auto-start.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'aldaba-auto-start-'));
});
afterEach(() => rm(home, { recursive: true }));

const options = (change: Partial<AutoStartOptions> = {}): AutoStartOptions => ({
  app: createFakeElectron({ folder: home, packaged: true }).app,
  platform: 'linux',
  environment: {},
  home,
  program: '/opt/Aldaba/aldaba-client',
  isolated: false,
  ...change,
});
const entry = (folder = join(home, '.config')) => readFile(join(folder, 'autostart/aldaba.desktop'), 'utf8');

test('Linux: an entry that starts the program in the tray, there while it is wanted', async () => {
  const set = createAutoStart(options());
  set?.(true);
  set?.(true);
  expect((await entry()).split('\n')).toEqual([
    '[Desktop Entry]',
    'Type=Application',
    'Name=Aldaba',
    'Exec="/opt/Aldaba/aldaba-client" --hidden',
    'TryExec=/opt/Aldaba/aldaba-client',
    'Terminal=false',
    '',
  ]);
  set?.(false);
  set?.(false);
  await expect(entry()).rejects.toMatchObject({ code: 'ENOENT' });
});

test('Linux: where the person keeps settings, and the AppImage itself in place of what it unpacked', async () => {
  const environment = { XDG_CONFIG_HOME: join(home, 'settings'), APPIMAGE: '/home/a/My $ 100%\\"x.AppImage' };
  createAutoStart(options({ environment }))?.(true);
  // Quoted for Exec, then escaped as a string: Desktop Entry Specification 1.5.
  expect(await entry(environment.XDG_CONFIG_HOME)).toContain(
    String.raw`Exec="/home/a/My \\$ 100%%\\\\\\"x.AppImage" --hidden`,
  );
});

test.each(['darwin', 'win32'] as const)('%s: a login item', (platform) => {
  const { app, calls } = createFakeElectron({ folder: home, packaged: true });
  const set = createAutoStart(options({ app, platform }));
  set?.(true);
  set?.(false);
  expect(calls).toEqual(['openAtLogin true --hidden', 'openAtLogin false --hidden']);
});

test.each(['Hidden=true', 'X-GNOME-Autostart-enabled=false', 'X-MATE-Autostart-enabled = false'])(
  'Linux: an entry that the desktop switched off by %s stays off, until the person chooses again in the window',
  async (off) => {
    createAutoStart(options())?.(true);
    const on = await entry();
    const switchedOff = `${on}${off}\n`;
    await writeFile(join(home, '.config/autostart/aldaba.desktop'), switchedOff);
    const set = createAutoStart(options());
    set?.(true);
    // Another setting changed.
    set?.(true);
    expect(await entry()).toBe(switchedOff);
    set?.(false);
    set?.(true);
    expect(await entry()).toBe(on);
  },
);

test('Linux: an entry that the desktop switched on again is brought up to date', async () => {
  createAutoStart(options())?.(true);
  const on = await entry();
  const old = `${on.replaceAll('/opt/', '/old/')}Hidden=false\nX-GNOME-Autostart-enabled=true\n`;
  await writeFile(join(home, '.config/autostart/aldaba.desktop'), old);
  createAutoStart(options())?.(true);
  expect(await entry()).toBe(on);
});

test('Windows: a login item that the Task Manager switched off stays off, until the person chooses again in the window', () => {
  const { app, calls } = createFakeElectron({ folder: home, packaged: true, loginItemDisabled: true });
  const set = createAutoStart(options({ app, platform: 'win32' }));
  set?.(true);
  // Another setting changed.
  set?.(true);
  expect(calls).toEqual([]);
  set?.(false);
  set?.(true);
  expect(calls).toEqual(['openAtLogin false --hidden', 'openAtLogin true --hidden']);
});

test('what is not installed, and an isolated profile, do not start with the computer', () => {
  expect(createAutoStart(options({ isolated: true }))).toBeNull();
  const { app } = createFakeElectron({ folder: home });
  for (const platform of ['linux', 'darwin', 'win32'] as const)
    expect(createAutoStart(options({ app, platform }))).toBeNull();
});

test('macOS alone says that it started the program at login', () => {
  const { app } = createFakeElectron({ folder: home, openedAtLogin: true });
  expect(openedAtLogin(app, 'darwin')).toBe(true);
  expect(openedAtLogin(app, 'linux')).toBe(false);
});
