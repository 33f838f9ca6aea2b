import type { WebContents } from 'electron';
import { windowScheme } from '../../contract/window-link.ts';

/** Rule: no frame of the page ever leaves the page's own origin, neither by itself nor by a redirect. */
export function denyNavigation(contents: WebContents): void {
  contents.on('will-navigate', (event) => refuseForeign(event));
  contents.on('will-frame-navigate', (event) => refuseForeign(event));
  contents.on('will-redirect', (event) => refuseForeign(event));
}

function refuseForeign(event: { readonly url: string; preventDefault(): void }): void {
  if (!isWindowAddress(event.url)) event.preventDefault();
}

/** True for an address of the window's own page. `URL.origin` is opaque for schemes that Node does not know, so parts are compared. */
export function isWindowAddress(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const url = new URL(address);
  return (
    url.protocol === `${windowScheme}:` && url.host === 'window' && url.username === '' && url.password === ''
  );
}
