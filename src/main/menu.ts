import type { MenuItemConstructorOptions } from 'electron';

/**
 * No menu: the window has its own commands, and building one costs start time. macOS routes copy, paste and quit through the menu, so there
 * the system's own entries stay.
 */
export function menuTemplate(platform: NodeJS.Platform): MenuItemConstructorOptions[] | null {
  return platform === 'darwin' ? [{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }] : null;
}
