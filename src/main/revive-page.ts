import type { BrowserWindow } from 'electron';

/** Chromium's ERR_ABORTED: another load took the place of this one. */
const aborted = -3;

/**
 * A page whose process died, or which did not load, is loaded once more. When that does not help either the window goes: the next one is made
 * anew, while an empty one would be brought back again and again.
 */
export function revivePage(window: Pick<BrowserWindow, 'webContents' | 'isDestroyed' | 'destroy'>): void {
  const { webContents } = window;
  let revived = false;
  const revive = () => {
    if (window.isDestroyed()) return;
    if (revived) window.destroy();
    else webContents.reload();
    revived = true;
  };
  webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason !== 'clean-exit') revive();
  });
  webContents.on('did-fail-load', (_event, code, _description, _url, isMainFrame) => {
    if (isMainFrame && code !== aborted) revive();
  });
}
