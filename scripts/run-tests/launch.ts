import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Suite } from '../suites.ts';

/** How a suite's process is started: a command in front of it, and variables that tell its tests what they have. */
export interface Surroundings {
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const plain: Surroundings = { command: [], env: {} };

/**
 * What a suite is started under on this machine.
 *
 * @param home an empty folder of the suite's own
 */
export function surroundingsOf(suite: Suite, home: string): Surroundings {
  if (suite.under === 'secret-service') return secretService(home);
  if (suite.under === 'display') return display();
  return plain;
}

/**
 * A session bus of its own with an unlocked, empty keyring on it; the tests see ALDABA_TEST_SECRET_SERVICE=1. The user's
 * own keyring is never touched: its files are looked for below XDG_DATA_HOME and the socket below XDG_RUNTIME_DIR.
 * Otherwise ALDABA_TEST_SECRET_SERVICE_MISSING says why there is none.
 */
function secretService(home: string): Surroundings {
  const missing = missingForSecretService();
  if (missing !== undefined) return { command: [], env: { ALDABA_TEST_SECRET_SERVICE_MISSING: missing } };
  const unlock = 'printf pw | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"';
  return {
    command: ['dbus-run-session', '--', 'sh', '-c', unlock, 'sh'],
    env: { ALDABA_TEST_SECRET_SERVICE: '1', XDG_DATA_HOME: home, XDG_RUNTIME_DIR: home },
  };
}

function missingForSecretService(): string | undefined {
  if (process.platform !== 'linux') return 'the Secret Service is the keychain of Linux alone';
  const missing = ['dbus-run-session', 'gnome-keyring-daemon'].filter((program) => !isInstalled(program));
  return missing.length === 0 ? undefined : `${missing.join(' and ')} not installed`;
}

/** Electron draws on a display; without one, on a virtual one. What is missing, the tests find out and name. */
function display(): Surroundings {
  const hasDisplay = process.env.DISPLAY !== undefined || process.env.WAYLAND_DISPLAY !== undefined;
  if (process.platform !== 'linux' || hasDisplay || !isInstalled('xvfb-run')) return plain;
  return { command: ['xvfb-run', '--auto-servernum'], env: {} };
}

function isInstalled(program: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}
