import type { Menu as MenuType, NativeImage, Tray as TrayType } from 'electron';

/** The small icon that says that licenses are being looked after, with the two things one wants from it. */
export function createTray(options: {
  readonly Tray: typeof TrayType;
  readonly Menu: typeof MenuType;
  readonly icon: NativeImage;
  readonly texts: { readonly open: string; readonly quit: string; readonly name: string };
  readonly open: () => void;
  readonly quit: () => void;
}): TrayType {
  const tray = new options.Tray(options.icon);
  tray.setToolTip(options.texts.name);
  tray.setContextMenu(
    options.Menu.buildFromTemplate([
      { label: options.texts.open, click: options.open },
      { type: 'separator' },
      { label: options.texts.quit, click: options.quit },
    ]),
  );
  tray.on('click', options.open);
  return tray;
}
