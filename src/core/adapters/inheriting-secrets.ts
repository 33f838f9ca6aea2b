import { AldabaError } from '../../contract/errors.ts';
import type { ProcessLock } from '../lock/process-lock.ts';
import type { Secrets } from '../ports/secrets.ts';
import { copySecrets } from './copy-secrets.ts';
import type { FileSecrets } from './file-secrets.ts';

/**
 * A keychain that takes over what the files hold, since they are no longer the place: once it opens, and unless it holds a device key itself,
 * whose owner it then belongs to. The files go when everything was read back. Whoever asks waits for that, and hears why it cannot be.
 *
 * @param lock two processes that start together take over one after the other
 */
export function createInheritingSecrets(
  keychain: Secrets,
  files: FileSecrets,
  lock: Pick<ProcessLock, 'run'>,
): Secrets {
  let inherited: Promise<void> | null = null;

  async function inherit(): Promise<void> {
    if ((await files.get('device-key')) === null || (await keychain.get('device-key')) !== null) return;
    for (const [name, value] of await copySecrets(files, keychain)) {
      if ((await keychain.get(name)) !== value)
        throw new AldabaError('keychain-denied', `${name} is not what was stored`, { detail: name });
    }
    await files.clear();
  }

  async function ask<T>(operation: () => Promise<T>): Promise<T> {
    inherited ??= lock.run('secrets', inherit);
    try {
      await inherited;
    } catch (error) {
      inherited = null;
      throw error;
    }
    return operation();
  }

  return {
    backend: keychain.backend,
    get: (name) => ask(() => keychain.get(name)),
    set: (name, value) => ask(() => keychain.set(name, value)),
    delete: (name) => ask(() => keychain.delete(name)),
  };
}
