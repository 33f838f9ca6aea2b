import type { App } from 'electron';

/**
 * Rule: one client per profile; whoever starts a second one gets the first one's window.
 *
 * @param onSecond the second start's command line
 * @returns false when another one runs: quit at once
 */
export function holdSingleInstance(app: App, onSecond: (argv: readonly string[]) => void): boolean {
  if (!app.requestSingleInstanceLock()) return false;
  app.on('second-instance', (_event, argv) => onSecond(argv));
  return true;
}
