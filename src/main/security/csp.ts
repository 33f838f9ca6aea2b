import type { Session } from 'electron';
import { isWindowAddress } from './navigation.ts';

/**
 * Rule: the page loads its own files and nothing else. Its content policy says so (contract/window-link, sent by protocol.ts with every answer);
 * here the window's session refuses the request as well, so that a mistake in one of the two opens nothing.
 */
export function enforceContentPolicy(session: Session): void {
  session.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !isOwn(details.url) });
  });
}

/** The page's files, what the page itself made, and the developer tools of a build from source. */
function isOwn(address: string): boolean {
  if (address.startsWith('devtools:')) return true;
  return isWindowAddress(address.startsWith('blob:') ? address.slice('blob:'.length) : address);
}
