import type { Session } from 'electron';
import { windowOrigin } from '../../contract/window-link.ts';

/** Rule: the page saves only what it made itself (a request file), and only where the person says. */
export function restrictDownloads(session: Session): void {
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${windowOrigin}/`)) event.preventDefault();
  });
}
