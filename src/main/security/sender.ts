import type { IpcMainEvent } from 'electron';
import { isWindowAddress } from './navigation.ts';

/** Rule: a message counts only when it comes from the main frame of a page of ours, at the page's own address. */
export function isFromWindow(event: Pick<IpcMainEvent, 'senderFrame'>): boolean {
  const frame = event.senderFrame;
  return frame !== null && !frame.isDestroyed() && frame.parent === null && isWindowAddress(frame.url);
}
