import type { IpcMain, IpcMainEvent, MessagePortMain } from 'electron';
import { portMessage } from '../contract/window-link.ts';
import { keepOneChannel } from './security/one-channel.ts';
import { isFromWindow } from './security/sender.ts';

/**
 * The one door between page and core: a MessagePort, taken from the window's main frame alone. There is no other IPC channel.
 */
export function openDoor(options: {
  readonly ipcMain: IpcMain;
  /** Gets a port whose messages wait until it calls `start()`. */
  readonly accept: (port: MessagePortMain) => void;
  /** Told of a message that did not come from the window, or not as the window sends it. */
  readonly refused: (facts: { frame: string | null; ports: number }) => void;
}): void {
  keepOneChannel(options.ipcMain, portMessage);
  options.ipcMain.on(portMessage, (event: IpcMainEvent) => {
    const [port, ...more] = event.ports;
    if (port !== undefined && more.length === 0 && isFromWindow(event)) {
      options.accept(port);
      return;
    }
    for (const each of event.ports) each.close();
    options.refused({ frame: event.senderFrame?.url ?? null, ports: event.ports.length });
  });
}
