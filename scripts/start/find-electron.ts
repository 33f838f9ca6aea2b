import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** ms that the start waits for Electron to come over the network, beside its other work. */
export const fetchLimit = 10_000;
/** ms in which a fetch that failed is not tried again. */
const rest = 24 * 3600_000;

/** Why there is no window of its own; each has its sentence in `start.reasons` of the shell's texts. */
export type NoElectron = 'asked' | 'display' | 'root' | 'unreachable';

export interface ElectronNeeds {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly platform: NodeJS.Platform;
  readonly user: number | undefined;
  /** Folder where it is remembered that a fetch failed. */
  readonly notes: string;
  /** False: the person wants the page. */
  readonly wanted: boolean;
  readonly limit?: number;
  /** Ends a fetch that is under way. */
  readonly signal?: AbortSignal;
  readonly now?: () => number;
}

/**
 * The Electron binary, when it can be used here: `ELECTRON_OVERRIDE_DIST_PATH`, else the fetched one, else fetched now within the limit.
 * Never waits longer, leaves nothing running, and after a failure does not try again for a day.
 */
export async function findElectron(
  needs: ElectronNeeds,
): Promise<{ path: string; reason?: undefined } | { reason: NoElectron }> {
  if (!needs.wanted) return { reason: 'asked' };
  const { environment } = needs;
  const display = environment.DISPLAY || environment.WAYLAND_DISPLAY;
  if (needs.platform === 'linux' && !display) return { reason: 'display' };
  // Chromium refuses to run unsandboxed as root, and the sandbox cannot be had there.
  if (needs.platform === 'linux' && needs.user === 0) return { reason: 'root' };
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const present = binaryIn(folder, environment.ELECTRON_OVERRIDE_DIST_PATH);
  if (present !== null) return { path: present };
  if (environment.ELECTRON_OVERRIDE_DIST_PATH) return { reason: 'unreachable' };
  const note = join(needs.notes, 'electron-fetch-failed');
  const now = (needs.now ?? Date.now)();
  const failed = Number(await readFile(note, 'utf8').catch(() => '0'));
  if (now - failed < rest) return { reason: 'unreachable' };
  if (await fetchElectron(folder, needs.limit ?? fetchLimit, needs.signal)) {
    const fetched = binaryIn(folder, undefined);
    if (fetched !== null) return { path: fetched };
  }
  if (needs.signal?.aborted) return { reason: 'unreachable' };
  await mkdir(needs.notes, { recursive: true });
  await writeFile(note, String(now));
  return { reason: 'unreachable' };
}

/** The installed binary, found without loading the package, which would fetch it and wait. */
function binaryIn(folder: string, override: string | undefined): string | null {
  const pathFile = join(folder, 'path.txt');
  const name = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : null;
  const path = override
    ? join(override, name ?? 'electron')
    : name === null
      ? null
      : join(folder, 'dist', name);
  return path !== null && existsSync(path) ? path : null;
}

/** The package's own installer, killed with everything it started when the time is over. */
function fetchElectron(folder: string, limit: number, ending?: AbortSignal): Promise<boolean> {
  const late = AbortSignal.timeout(limit);
  const signal = ending === undefined ? late : AbortSignal.any([late, ending]);
  return new Promise((resolve) => {
    const installer = spawn(process.execPath, [join(folder, 'install.js')], {
      stdio: 'ignore',
      signal,
      killSignal: 'SIGKILL',
    });
    installer.once('error', () => resolve(false));
    installer.once('exit', (code) => resolve(code === 0));
  });
}
