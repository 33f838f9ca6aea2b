import type { BrowserWindow as BrowserWindowType, Session } from 'electron';
import { windowOrigin } from '../contract/window-link.ts';
import { revivePage } from './revive-page.ts';

export interface WindowOptions {
  readonly BrowserWindow: typeof BrowserWindowType;
  readonly session: Session;
  /** Absolute path of out/preload/index.cjs. */
  readonly preload: string;
  readonly icon: string;
  readonly dark: boolean;
  /** Developer tools: in a build from source only. */
  readonly devTools: boolean;
  /** Part of the address behind `#`, such as `/people`; empty for the start. */
  readonly route?: string;
}

/**
 * Creates the one window, hidden until its first frame is drawn. Every preference that decides about security is written out, so that a
 * changed default of a later Electron changes nothing here.
 */
export function createWindow(options: WindowOptions): BrowserWindowType {
  const window = new options.BrowserWindow({
    title: 'Aldaba',
    width: 1280,
    height: 800,
    minWidth: 800,
    minHeight: 560,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: options.dark ? '#1a1b1e' : '#ffffff',
    icon: options.icon,
    webPreferences: {
      session: options.session,
      preload: options.preload,
      // The page's process has no rights of its own.
      sandbox: true,
      // The page cannot reach into the preload's world.
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      // Same-origin policy on.
      webSecurity: true,
      allowRunningInsecureContent: false,
      experimentalFeatures: false,
      enableBlinkFeatures: '',
      webviewTag: false,
      plugins: false,
      webgl: false,
      // A file dropped on the window never replaces the page.
      navigateOnDragDrop: false,
      // Typed addresses and passwords go to no spelling service.
      spellcheck: false,
      safeDialogs: true,
      devTools: options.devTools,
    },
  });
  window.once('ready-to-show', () => window.show());
  revivePage(window);
  // A load that fails is told there.
  window.loadURL(addressOf(options.route)).catch(() => undefined);
  return window;
}

/** Address of the page on one of its screens. */
export function addressOf(route = ''): string {
  return `${windowOrigin}/${route === '' ? '' : `#/${route}`}`;
}

/** Brings a window to the front, wherever it was. */
export function present(window: BrowserWindowType): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}
