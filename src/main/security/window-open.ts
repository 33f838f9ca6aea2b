import type { WebContents } from 'electron';

/**
 * Rule: the page opens no window. A link that the allow-list knows opens in the person's own browser.
 *
 * @param openExternal answers nothing when the address is not allowed
 */
export function denyWindowOpen(contents: WebContents, openExternal: (address: string) => void): void {
  contents.setWindowOpenHandler(({ url }) => {
    openExternal(url);
    return { action: 'deny' };
  });
}
