import { EventEmitter } from 'node:events';
import type { HandlerDetails, WebContents, WebFrameMain, WindowOpenHandlerResponse } from 'electron';

type FrameParts = Pick<WebFrameMain, 'url' | 'parent' | 'isDestroyed'>;

/** A frame as the sender guard sees it. */
export function createFakeFrame(url: string, options: { child?: boolean; destroyed?: boolean } = {}) {
  const parent = options.child ? (createFakeFrame(url) as WebFrameMain) : null;
  const frame: FrameParts = { url, parent, isDestroyed: () => options.destroyed ?? false };
  return frame as WebFrameMain;
}

/** The page's side of a window: takes the guards, and lets a test act as the page. */
export class FakeContents
  extends EventEmitter
  implements Pick<WebContents, 'getURL' | 'reload' | 'setWindowOpenHandler'>
{
  #openHandler: ((details: HandlerDetails) => WindowOpenHandlerResponse) | null = null;
  #address = '';

  setWindowOpenHandler(handler: (details: HandlerDetails) => WindowOpenHandlerResponse): void {
    this.#openHandler = handler;
  }

  getURL(): string {
    return this.#address;
  }

  reloads = 0;

  reload(): void {
    this.reloads++;
  }

  load(address: string): void {
    this.#address = address;
  }

  /** What the shell answers when the page calls `window.open(url)`; undefined when nothing guards it. */
  open(url: string): WindowOpenHandlerResponse | undefined {
    return this.#openHandler?.({
      url,
      frameName: '',
      features: '',
      disposition: 'new-window',
      referrer: { url: '', policy: 'no-referrer' },
    });
  }

  /** True when every guard lets the event through. */
  allows(
    event: 'will-navigate' | 'will-frame-navigate' | 'will-redirect' | 'will-attach-webview',
    url: string,
  ) {
    let prevented = false;
    const details = {
      url,
      isMainFrame: true,
      isSameDocument: false,
      preventDefault: () => (prevented = true),
    };
    this.emit(event, details, url);
    return !prevented;
  }
}
