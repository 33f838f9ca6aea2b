import type { IpcMain, IpcMainEvent, MessagePortMain } from 'electron';
import { portMessage } from '../contract/window-link.ts';
import type { Log } from '../core/ports/index.ts';
import { isFromWindow } from './security/sender.ts';

/**
 * The one door between page and core: a MessagePort, taken from the window's main frame alone. There is no other IPC channel.
 *
 * @param accept gets a port whose messages wait until it calls `start()`
 */
export function openDoor(options: {
  readonly ipcMain: Pick<IpcMain, 'on'>;
  readonly log: Pick<Log, 'warn'>;
  readonly accept: (port: MessagePortMain) => void;
}): void {
  options.ipcMain.on(portMessage, (event: IpcMainEvent) => {
    const [port, ...more] = event.ports;
    if (port === undefined || more.length > 0 || !isFromWindow(event)) {
      for (const each of event.ports) each.close();
      options.log.warn(
        { frame: event.senderFrame?.url ?? null, ports: event.ports.length },
        'refused a port',
      );
      return;
    }
    options.accept(port);
  });
}
