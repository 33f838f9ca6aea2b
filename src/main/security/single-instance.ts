import type { App } from 'electron';
import { readLaunch } from '../launch.ts';

/**
 * Rule: one client per profile; whoever starts a second one gets the first one's window, unless it was to start without one.
 *
 * @returns false when another one runs: quit at once
 */
export function holdSingleInstance(app: App, open: (link: string | undefined) => void): boolean {
  if (!app.requestSingleInstanceLock()) return false;
  app.on('second-instance', (_event, argv, folder) => {
    const { hidden, link } = readLaunch(argv, folder);
    if (!hidden) open(link);
  });
  return true;
}
