import type { BrowserWindow } from 'electron';
import { addressOf, present } from './window.ts';

/** The one window of the client: made when it is wanted, hidden while programs are served, gone when the program ends. */
export interface WindowKeeper {
  /** @param screen the one to show; empty leaves the window where it is */
  show(screen?: string): BrowserWindow;
  /** From now on closing the window closes it. */
  letGo(): void;
}

export function createWindowKeeper(create: (screen: string) => BrowserWindow): WindowKeeper {
  let window: BrowserWindow | null = null;
  let leaving = false;
  return {
    show(screen = '') {
      if (window !== null && !window.isDestroyed()) {
        if (screen !== '') window.loadURL(addressOf(screen)).catch(() => undefined);
        present(window);
        return window;
      }
      const made = create(screen);
      made.on('close', (event) => {
        // Licenses are looked after while programs run: the window goes, the tray stays.
        if (leaving) return;
        event.preventDefault();
        made.hide();
      });
      made.on('closed', () => {
        window = null;
      });
      window = made;
      return made;
    },
    letGo() {
      leaving = true;
    },
  };
}
