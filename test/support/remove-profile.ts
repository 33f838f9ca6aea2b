import { createKeychainSecrets } from '../../src/core/adapters/keychain-secrets.ts';
import { keychainService } from '../../src/core/adapters/open-secrets.ts';
import { secretNames } from '../../src/core/ports/secrets.ts';
import { removeFolder } from './remove-folder.ts';

/** Removes a profile that was made for one run: its folder and, where `withoutKeychain` keeps no process from it, its entries in the keychain. */
export async function removeProfile(folder: string): Promise<void> {
  if (process.platform !== 'linux') {
    const keychain = createKeychainSecrets(keychainService(folder), process.platform, process.env);
    for (const name of secretNames) await keychain.delete(name).catch(() => undefined);
  }
  await removeFolder(folder);
}
