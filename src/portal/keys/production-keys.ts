import { SettingsError } from '../program-settings.ts';
import { holdsRoot, loadKeys } from './key-files.ts';
import type { PortalKeys } from './portal-keys.ts';

/**
 * The keys that a portal was given. It makes none: a new root is believed by no client, and a new secret ends every mailed link.
 *
 * @param folder what KEYS_DIR names, or `keys` in DATA_DIR
 * @throws SettingsError
 */
export async function openProductionKeys(folder: string | undefined): Promise<PortalKeys> {
  const make =
    'Make them once with "aldaba portal keys --out FOLDER" and give the portal what is in its folder "portal".';
  if (folder === undefined) throw new SettingsError(`KEYS_DIR is needed: there are no keys. ${make}`);
  let keys: PortalKeys;
  try {
    keys = await loadKeys(folder);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new SettingsError(`KEYS_DIR: ${folder} holds no keys that can be used (${reason}). ${make}`);
  }
  if (await holdsRoot(folder))
    throw new SettingsError(
      `KEYS_DIR: ${folder} holds the root’s private key, root.pem. Take it offline: whoever reads it can sign for every client.`,
    );
  return keys;
}
