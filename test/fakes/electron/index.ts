import { EventEmitter } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type {
  App,
  BrowserWindow,
  BrowserWindowConstructorOptions,
  CustomScheme,
  Dialog,
  LoginItemSettings,
  Menu,
  MenuItemConstructorOptions,
  MessagePortMain,
  NativeImage,
  NativeTheme,
  Protocol,
  Shell,
  Tray,
  WebFrameMain,
} from 'electron';
import { FakeContents } from './contents.ts';
import { createFakeSession, type FakeSession } from './session.ts';

export { createFakeFrame } from './contents.ts';
export type { FakeSession } from './session.ts';

export interface FakeOptions {
  /** Where `app.getPath` points; a temporary folder. */
  readonly folder: string;
  /** false: another instance holds the lock. */
  readonly firstInstance?: boolean;
  readonly packaged?: boolean;
  readonly dark?: boolean;
  /** macOS: the system started it when the person logged in. */
  readonly openedAtLogin?: boolean;
  /** Windows: the person switched the login item off in the Task Manager. */
  readonly loginItemDisabled?: boolean;
}

/** What the classes below must have, by Electron's own types. */
type WindowParts = Pick<
  BrowserWindow,
  | 'show'
  | 'hide'
  | 'focus'
  | 'isMinimized'
  | 'isVisible'
  | 'isDestroyed'
  | 'restore'
  | 'loadURL'
  | 'close'
  | 'destroy'
>;
type TrayParts = Pick<Tray, 'setToolTip' | 'setContextMenu' | 'destroy'>;

export type FakeElectron = ReturnType<typeof createFakeElectron>;

/**
 * What the shell uses of Electron, typed against Electron's own declarations: a name or a shape that Electron changes does not compile here.
 * It remembers what it was told, and lets a test act as the page, the person and the operating system.
 */
export function createFakeElectron(options: FakeOptions) {
  const calls: string[] = [];
  const windows: FakeWindow[] = [];
  const trays: FakeTray[] = [];
  const schemes: CustomScheme[] = [];
  const opened: { paths: string[]; folders: string[]; addresses: string[] } = {
    paths: [],
    folders: [],
    addresses: [],
  };
  const sessions = new Map<string, FakeSession>();
  const ready = Promise.withResolvers<void>();
  let isReady = false;
  let quitAllowed = false;

  const paths: Record<string, string> = {};
  const app = Object.assign(new EventEmitter(), {
    isPackaged: options.packaged ?? false,
    whenReady: () => ready.promise,
    isReady: () => isReady,
    enableSandbox: () => void calls.push('enableSandbox'),
    requestSingleInstanceLock: () => options.firstInstance ?? true,
    setAsDefaultProtocolClient: (scheme) => {
      calls.push(`setAsDefaultProtocolClient ${scheme}`);
      return true;
    },
    setAppUserModelId: (id) => void calls.push(`setAppUserModelId ${id}`),
    setLoginItemSettings: ({ openAtLogin, args }) =>
      void calls.push(`openAtLogin ${openAtLogin} ${args?.join(' ')}`),
    getLoginItemSettings: () =>
      ({
        wasOpenedAtLogin: options.openedAtLogin ?? false,
        launchItems: [{ enabled: !options.loginItemDisabled }],
      }) as LoginItemSettings,
    setPath: (name, path) => {
      if (isReady) throw new Error(`setPath(${name}) after ready`);
      if (!existsSync(path)) throw new Error(`setPath: ${path} does not exist`);
      paths[name] = path;
    },
    getPath: (name) => paths[name] ?? join(options.folder, name),
    getVersion: () => '0.1.0',
    getLocale: () => 'es',
    getAppPath: () => options.folder,
    focus: () => void calls.push('focus'),
    quit: () => {
      let prevented = false;
      app.emit('before-quit', { preventDefault: () => (prevented = true) });
      if (prevented) return;
      quitAllowed = true;
      app.emit('will-quit', { preventDefault() {} });
      app.emit('quit', {}, 0);
    },
    exit: (code) => void calls.push(`exit ${code}`),
  } satisfies Partial<App>);

  class FakeWindow extends EventEmitter implements WindowParts {
    readonly options: BrowserWindowConstructorOptions;
    readonly webContents = new FakeContents();
    readonly loaded: string[] = [];
    visible: boolean;
    minimized = false;
    destroyed = false;
    focused = 0;

    constructor(given: BrowserWindowConstructorOptions = {}) {
      super();
      this.options = given;
      this.visible = given.show ?? true;
      windows.push(this);
      app.emit('web-contents-created', {}, this.webContents);
    }

    async loadURL(address: string): Promise<void> {
      this.loaded.push(address);
      this.webContents.load(address);
    }

    show(): void {
      this.visible = true;
    }

    hide(): void {
      this.visible = false;
    }

    focus(): void {
      this.focused++;
    }

    flashFrame(): void {
      calls.push('flashFrame');
    }

    isMinimized(): boolean {
      return this.minimized;
    }

    isVisible(): boolean {
      return this.visible;
    }

    isDestroyed(): boolean {
      return this.destroyed;
    }

    restore(): void {
      this.minimized = false;
    }

    setBackgroundColor(): void {}

    /** The person closes the window. */
    close(): void {
      let prevented = false;
      this.emit('close', { preventDefault: () => (prevented = true) });
      if (prevented) return;
      this.destroy();
      if (windows.every((window) => window.destroyed)) app.emit('window-all-closed');
    }

    destroy(): void {
      this.destroyed = true;
      this.emit('closed');
    }
  }

  class FakeTray extends EventEmitter implements TrayParts {
    menu: MenuItemConstructorOptions[] = [];
    toolTip = '';
    destroyed = false;

    constructor() {
      super();
      trays.push(this);
    }

    setToolTip(text: string): void {
      this.toolTip = text;
    }

    setContextMenu(menu: Menu | null): void {
      this.menu = (menu as unknown as { template: MenuItemConstructorOptions[] } | null)?.template ?? [];
    }

    destroy(): void {
      this.destroyed = true;
    }
  }

  const image = { isEmpty: () => false, setTemplateImage: () => {} } satisfies Partial<NativeImage>;
  const sessionOf = (partition: string): FakeSession => {
    const existing = sessions.get(partition);
    if (existing !== undefined) return existing;
    const created = createFakeSession(partition);
    sessions.set(partition, created);
    app.emit('session-created', created);
    return created;
  };

  const ipcMain = new EventEmitter();
  const module = {
    app,
    BrowserWindow: FakeWindow,
    Tray: FakeTray,
    ipcMain,
    Menu: {
      setApplicationMenu: (menu: Menu | null) => void calls.push(`setApplicationMenu ${menu}`),
      buildFromTemplate: (template: MenuItemConstructorOptions[]) => ({ template }) as unknown as Menu,
    } satisfies Partial<Record<keyof typeof Menu, unknown>>,
    nativeImage: {
      createFromPath: () => image as unknown as NativeImage,
      createEmpty: () => image as unknown as NativeImage,
    },
    nativeTheme: Object.assign(new EventEmitter(), {
      shouldUseDarkColors: options.dark ?? false,
      themeSource: 'system',
    } satisfies Partial<NativeTheme>),
    protocol: {
      registerSchemesAsPrivileged: (custom) => {
        if (isReady) throw new Error('registerSchemesAsPrivileged after ready');
        schemes.push(...custom);
      },
    } satisfies Partial<Protocol>,
    session: {
      get defaultSession() {
        return sessionOf('');
      },
      fromPartition: (partition: string) => sessionOf(partition),
    },
    dialog: {
      showErrorBox: (title: string, text: string) => void calls.push(`showErrorBox ${title}: ${text}`),
    } satisfies Partial<Dialog>,
    shell: {
      openPath: async (path) => {
        opened.paths.push(path);
        return '';
      },
      showItemInFolder: (path) => void opened.folders.push(path),
      openExternal: async (address) => void opened.addresses.push(address),
    } satisfies Partial<Shell>,
  };

  return {
    module,
    app,
    calls,
    windows,
    trays,
    schemes,
    opened,
    sessions,
    session: sessionOf,
    /** Electron is ready: what waited goes on. */
    async becomeReady() {
      isReady = true;
      app.emit('ready');
      ready.resolve();
    },
    hasQuit: () => quitAllowed,
    /** A page in `frame` posts a port; the page's end of the real channel comes back. */
    connect(channel: string, frame: WebFrameMain | null): MessagePort {
      const { port1, port2 } = new MessageChannel();
      ipcMain.emit(channel, { senderFrame: frame, ports: [asMainPort(port2)] }, null);
      return port1;
    },
  };
}

/** Electron's main-side port wraps what arrives in an event and holds messages back until `start()`. */
function asMainPort(port: MessagePort): MessagePortMain {
  const main = new EventEmitter();
  port.on('close', () => main.emit('close'));
  const parts = {
    postMessage: (message) => port.postMessage(message),
    start: () => void port.on('message', (data) => main.emit('message', { data, ports: [] })),
    close: () => port.close(),
  } satisfies Partial<MessagePortMain>;
  return Object.assign(main, parts) as unknown as MessagePortMain;
}
