import type { WebContents } from 'electron';

/** Rule: no `<webview>`; the tag is off in the window's preferences and refused here as well. */
export function denyWebview(contents: WebContents): void {
  contents.on('will-attach-webview', (event) => event.preventDefault());
}
