import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  nativeTheme,
  protocol,
  session,
  shell,
  Tray,
} from 'electron';
import { pathsOf, profileOf } from '../core/shell/surroundings.ts';
import { languageOf } from '../core/shell/texts.ts';
import { createAutoStart, openedAtLogin } from './auto-start.ts';
import type { ConnectedClient } from './connect-client.ts';
import { harden } from './harden.ts';
import { openDoor } from './ipc.ts';
import { readLaunch } from './launch.ts';
import { menuTemplate } from './menu.ts';
import { waitBeforeQuit } from './quit.ts';
import { enforceContentPolicy } from './security/csp.ts';
import { deepLinkScheme, listenToDeepLinks, screenOf } from './security/deep-links.ts';
import { restrictDownloads } from './security/downloads.ts';
import { externalLink } from './security/external-links.ts';
import { registerWindowScheme, serveWindow } from './security/protocol.ts';
import { holdSingleInstance } from './security/single-instance.ts';
import { shellTexts } from './texts.ts';
import { createTray } from './tray.ts';
import { createWindow } from './window.ts';
import { createWindowKeeper } from './window-keeper.ts';

declare const __ALDABA_ROOT_KEYS__: string | undefined;

const root = join(import.meta.dirname, '../..');
const icons = join(root, 'resources/icons');
const launch = readLaunch(process.argv, process.cwd());
const surroundings = {
  environment: process.env,
  profile: launch.profile ?? profileOf(undefined, process.env, process.cwd()),
  settings: [],
};
// A release build has the vendor's keys compiled in, and nothing left that looks elsewhere.
const developmentRoot =
  typeof __ALDABA_ROOT_KEYS__ === 'string' ? undefined : process.env.ALDABA_DEVELOPMENT_ROOT;

const autoStart = createAutoStart({
  app,
  platform: process.platform,
  environment: process.env,
  home: homedir(),
  program: process.execPath,
  isolated: surroundings.profile !== null,
});

// Everything up to here and to the end of this file runs before Electron is ready: schemes, folders and the lock must.
registerWindowScheme(protocol);
const windowFolder = join(pathsOf(surroundings).data, 'window');
// Electron takes only a folder that is there.
mkdirSync(windowFolder, { recursive: true, mode: 0o700 });
app.setPath('userData', windowFolder);
if (process.platform === 'win32') app.setAppUserModelId('app.aldaba.client');

const windows = createWindowKeeper((screen) =>
  createWindow({
    BrowserWindow,
    session: session.fromPartition('persist:window'),
    preload: join(root, 'out/preload/index.cjs'),
    icon: join(icons, 'icon.png'),
    dark: nativeTheme.shouldUseDarkColors,
    devTools: !app.isPackaged,
    route: screen,
  }),
);

if (holdSingleInstance(app, showLinked)) start();
else app.quit();

function start(): void {
  const connected = Promise.withResolvers<ConnectedClient>();
  harden(app, (address) => use(connected.promise, (client) => openLink(client, address)));
  listenToDeepLinks(app, showLinked);
  app.on('window-all-closed', () => {});
  app.on('activate', () => windows.show());
  waitBeforeQuit(app, async () => {
    windows.letGo();
    const client = await connected.promise;
    await client.stop();
  });
  connected.promise.catch(fail);
  app
    .whenReady()
    .then(() => bringUp(connected.promise))
    .then(connected.resolve, connected.reject);
}

async function bringUp(connected: Promise<ConnectedClient>): Promise<ConnectedClient> {
  if (app.isPackaged) app.setAsDefaultProtocolClient(deepLinkScheme);
  const template = menuTemplate(process.platform);
  Menu.setApplicationMenu(template === null ? null : Menu.buildFromTemplate(template));
  const page = session.fromPartition('persist:window');
  enforceContentPolicy(page);
  restrictDownloads(page);
  serveWindow(page.protocol, join(root, 'out/renderer'));
  openDoor({
    ipcMain,
    refused: (facts) => use(connected, ({ log }) => log.warn(facts, 'refused a port')),
    accept: (port) => use(connected, (client) => client.accept(port)),
  });
  if (!launch.hidden && !openedAtLogin(app, process.platform)) {
    const window = windows.show(await screenOf(launch.link));
    // For whoever started this from a terminal; a packaged program has none.
    window.webContents.once('did-finish-load', () => process.stdout.write('ready\n'));
  }
  // The core is larger than the rest together: the window draws its first frame meanwhile.
  const { connectClient } = await import('./connect-client.ts');
  const tray = createTray({
    Tray,
    Menu,
    nativeImage,
    icons,
    platform: process.platform,
    open: () => windows.show(),
    quit: () => app.quit(),
  });
  tray.speak(languageOf(app.getLocale()));
  return connectClient({
    surroundings,
    version: app.getVersion(),
    developmentRoot,
    network: session.fromPartition('portal', { cache: false }),
    shell,
    showWindow(reason) {
      windows.show();
      if (reason === 'sign-in') app.focus({ steal: true });
    },
    canAutoStart: autoStart !== null,
    quit: () => app.quit(),
    onSettings(settings) {
      tray.speak(languageOf(settings.language, app.getLocale()));
      nativeTheme.themeSource = settings.theme;
      try {
        autoStart?.(settings.autoStart);
      } catch (error) {
        use(connected, ({ log }) => log.warn({ err: error }, 'starting with the computer could not be set'));
      }
    },
    failed: fail,
  });
}

/** Without a client there is nothing to show and nothing to serve. */
function fail(error: unknown): void {
  const { failed } = shellTexts(languageOf(app.getLocale()));
  dialog.showErrorBox(failed.title, `${failed.text}\n\n${error instanceof Error ? error.message : error}`);
  app.exit(1);
}

/** Whatever a link says, it brings the window up. */
function showLinked(link: string | undefined): void {
  Promise.all([screenOf(link), app.whenReady()])
    .then(([screen]) => windows.show(screen))
    .catch(() => undefined);
}

async function openLink(client: ConnectedClient, address: string): Promise<void> {
  const link = externalLink(address, await client.allowedOrigins());
  if (link === null) client.log.warn({}, 'refused to open a link');
  else await shell.openExternal(link);
}

/** Once there is a client. That there will be none is said by `start`, once. */
function use(connected: Promise<ConnectedClient>, work: (client: ConnectedClient) => unknown): void {
  connected.then(work).catch(() => undefined);
}
