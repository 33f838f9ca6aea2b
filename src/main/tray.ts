import { join } from 'node:path';
import type { Menu as MenuType, NativeImage, Tray as TrayType } from 'electron';
import type { Language } from '../contract/primitives.ts';
import { shellTexts } from './texts.ts';

export interface TrayOptions {
  readonly Tray: typeof TrayType;
  readonly Menu: typeof MenuType;
  readonly nativeImage: { createFromPath(path: string): NativeImage };
  /** Absolute folder of resources/icons. */
  readonly icons: string;
  readonly platform: NodeJS.Platform;
  readonly open: () => void;
  readonly quit: () => void;
}

/** The small icon that says that licenses are being looked after, with the two things that one wants from it. */
export function createTray(options: TrayOptions): { speak(language: Language): void } {
  // macOS draws a template image in the color of its menu bar.
  const file = options.platform === 'darwin' ? 'trayTemplate.png' : 'tray.png';
  const tray = new options.Tray(options.nativeImage.createFromPath(join(options.icons, file)));
  tray.on('click', options.open);
  return {
    speak(language) {
      const { tray: texts } = shellTexts(language);
      tray.setToolTip(texts.name);
      tray.setContextMenu(
        options.Menu.buildFromTemplate([
          { label: texts.open, click: options.open },
          { type: 'separator' },
          { label: texts.quit, click: options.quit },
        ]),
      );
    },
  };
}
