import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * The real Electron binary, found without loading the package `electron`, which would fetch it. `missing` says in a
 * sentence why the flows cannot run here.
 */
export function findElectron(): { path: string; missing?: undefined } | { missing: string } {
  const folder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const pathFile = join(folder, 'path.txt');
  const path = existsSync(pathFile) ? join(folder, 'dist', readFileSync(pathFile, 'utf8')) : undefined;
  if (path === undefined || !existsSync(path)) {
    return { missing: 'the Electron binary is not here (npx install-electron fetches it)' };
  }
  const hasDisplay = process.env.DISPLAY !== undefined || process.env.WAYLAND_DISPLAY !== undefined;
  if (process.platform === 'linux' && !hasDisplay) {
    return { missing: 'Electron needs a display, and neither one nor xvfb-run is here' };
  }
  return { path };
}
