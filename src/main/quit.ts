import type { App } from 'electron';

/**
 * Quitting waits for the core: seats go back, files are whole. It never waits longer than `limit` milliseconds, so that a
 * dead network does not keep a person's machine from shutting down.
 */
export function waitBeforeQuit(app: App, stop: () => Promise<void>, limit = 4000): void {
  let stopped = false;
  let stopping = false;
  app.on('before-quit', (event) => {
    if (stopped) return;
    event.preventDefault();
    if (stopping) return;
    stopping = true;
    const timer = setTimeout(finish, limit);
    stop()
      .catch(() => undefined)
      .finally(() => {
        clearTimeout(timer);
        finish();
      });
  });
  function finish(): void {
    if (stopped) return;
    stopped = true;
    app.quit();
  }
}
