import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { App } from 'electron';

export interface AutoStartOptions {
  readonly app: Pick<App, 'isPackaged' | 'setLoginItemSettings' | 'getLoginItemSettings'>;
  readonly platform: NodeJS.Platform;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The person's home folder, absolute. */
  readonly home: string;
  /** Absolute path of this program. */
  readonly program: string;
  /** An isolated profile is not what the person's computer starts with. */
  readonly isolated: boolean;
}

/**
 * Starting with the computer, in the tray: as a login item of macOS or Windows, or as an entry of the Desktop Application Autostart
 * Specification 0.5. What the system's own switch turned off stays off, whatever the setting is at the start, until the setting changes.
 *
 * @returns null when there is nothing that the system could start: a program that is not installed, or an isolated profile
 */
export function createAutoStart(options: AutoStartOptions): ((on: boolean) => void) | null {
  const { app, platform, isolated } = options;
  if (!app.isPackaged || isolated) return null;
  const entry = platform === 'linux' ? autostartFile(options) : loginItem(app, platform);
  let last: boolean | null = null;
  return (on) => {
    if (on === last) return;
    if (!(on && last === null && entry.switchedOff())) entry.set(on);
    last = on;
  };
}

/** What the system looks at when the person logs in. */
interface Entry {
  set(on: boolean): void;
  /** The entry is there, and the person turned it off where the system shows such entries. */
  switchedOff(): boolean;
}

function loginItem(app: AutoStartOptions['app'], platform: NodeJS.Platform): Entry {
  return {
    set: (on) => app.setLoginItemSettings({ openAtLogin: on, args: [hiddenSwitch] }),
    // Items of this executable. Setting one on Windows approves it anew, against the Task Manager.
    switchedOff: () =>
      platform === 'win32' && app.getLoginItemSettings().launchItems.some(({ enabled }) => !enabled),
  };
}

function autostartFile({ environment, home, program }: AutoStartOptions): Entry {
  const configured = environment.XDG_CONFIG_HOME;
  const config = configured !== undefined && isAbsolute(configured) ? configured : join(home, '.config');
  const folder = join(config, 'autostart');
  const file = join(folder, 'aldaba.desktop');
  // An AppImage runs from a folder that is gone when it ends; the runtime says where the file itself is.
  const text = desktopEntry(environment.APPIMAGE || program);
  return {
    set(on) {
      if (!on) {
        rmSync(file, { force: true });
        return;
      }
      if (textOf(file) === text) return;
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(file, text);
    },
    switchedOff: () => offSwitch.test(textOf(file) ?? ''),
  };
}

/** How desktops turn an entry off: by the specification, or by a key of their own. */
const offSwitch = /^(?:Hidden *= *true|X-\w+-Autostart-enabled *= *false) *$/m;

/** Start in the tray, without a window. */
export const hiddenSwitch = '--hidden';

/** Whether the system started this program when the person logged in: macOS passes a login item no arguments. */
export function openedAtLogin(app: Pick<App, 'getLoginItemSettings'>, platform: NodeJS.Platform): boolean {
  return platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin;
}

/** `TryExec`: once the program is removed the entry means nothing. */
function desktopEntry(program: string): string {
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Aldaba',
    `Exec=${stringOf(`"${program.replace(/["`$\\]/g, '\\$&').replaceAll('%', '%%')}" ${hiddenSwitch}`)}`,
    `TryExec=${stringOf(program)}`,
    'Terminal=false',
    '',
  ].join('\n');
}

/** A value of type string: the backslash escapes (Desktop Entry Specification 1.5, "Possible value types"). */
function stringOf(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
