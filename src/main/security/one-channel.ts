import type { IpcMain } from 'electron';

/**
 * Rule: the page reaches this process by one channel. A library that opens another one (electron-store answers whoever asks for its
 * folder) finds it closed at once.
 *
 * @param only the channel that stays
 */
export function keepOneChannel(ipcMain: IpcMain, only: string): void {
  ipcMain.on('newListener', (channel: unknown) => {
    if (typeof channel !== 'string' || channel === only || channel === 'newListener') return;
    queueMicrotask(() => ipcMain.removeAllListeners(channel));
  });
}
