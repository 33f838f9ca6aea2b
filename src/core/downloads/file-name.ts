/**
 * Names that Windows gives to devices, with any extension and spaces before it (learn.microsoft.com, "Naming Files, Paths, and Namespaces";
 * "CONIN$" and "CONOUT$": "Console Handles").
 */
const deviceName = /^(con(in\$|out\$)?|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\s*(\..*)?$/i;

/**
 * The last part of a path that is safe on every system, from a name that a server chose: no folder, no control character, none of the
 * characters that Windows forbids, no leading dot, no trailing dot or space, no device name; at most 200 characters with its extension kept.
 */
export function safeFileName(name: string): string {
  const flat = name
    .normalize('NFC')
    // Control and format characters: the latter could turn the direction of the extension around.
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .replace(/[\\/:*?"<>|]/g, '_')
    .replace(/^[.\s]+/, '')
    .replace(/[.\s]+$/, '');
  const usable = flat === '' || deviceName.test(flat) ? `_${flat}` : flat;
  if (usable.length <= 200) return usable;
  const extension = /\.[A-Za-z0-9.]{1,16}$/.exec(usable)?.[0] ?? '';
  return usable.slice(0, 200 - extension.length).replace(/[.\s]+$/, '') + extension;
}
