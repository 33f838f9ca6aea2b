import { createHash } from 'node:crypto';
import type { ProcessLock } from '../lock/process-lock.ts';
import type { Log } from '../ports/log.ts';
import type { Secrets } from '../ports/secrets.ts';
import { createFileSecrets } from './file-secrets.ts';
import { createInheritingSecrets } from './inheriting-secrets.ts';
import { keychainFault } from './keychain-fault.ts';
import { createKeychainSecrets, type KeychainSecrets } from './keychain-secrets.ts';
import { createMemorySecrets } from './memory-secrets.ts';
import { createMovableSecrets } from './movable-secrets.ts';

export interface OpenSecrets {
  /** Folder of an isolated profile, absolute; null: the person's usual one. Each has its own entries. */
  profile: string | null;
  /** Where the files go when secrets may be kept on disk. Absolute. */
  folder: string;
  /** The setting `secretsOnDisk`. */
  onDisk: boolean;
  platform: NodeJS.Platform;
  environment: NodeJS.ProcessEnv;
  lock: Pick<ProcessLock, 'run'>;
  log: Log;
  /** For tests. */
  keychain?: KeychainSecrets;
}

/** Name under which a profile's entries stand in the keychain. */
export function keychainService(profile: string | null): string {
  return profile === null
    ? 'aldaba'
    : `aldaba-${createHash('sha256').update(profile).digest('hex').slice(0, 16)}`;
}

/**
 * The best place for secrets that this machine has: its keychain; where there is none, files if the person chose that, else memory.
 * A keychain that is locked or refuses stays the place: what it holds must not be forgotten for a worse one.
 *
 * A place that holds a device key is in use, with whatever is bound to that key. Of two it is the keychain; files that are, stay it against a
 * keychain that appeared later as long as the person wants them, then move into it, and are read on where there is none.
 */
export async function openSecrets(options: OpenSecrets): Promise<Required<Secrets>> {
  const { profile, folder, onDisk, platform, environment, lock, log } = options;
  const keychain = options.keychain ?? createKeychainSecrets(keychainService(profile), platform, environment);
  const files = createFileSecrets(folder);
  await files.sweep();

  /** The keychain, or why there is none. */
  async function best(otherwise: Secrets): Promise<Secrets> {
    try {
      await keychain.probe();
      log.debug({ backend: keychain.backend }, 'secrets are kept in the keychain');
      return keychain;
    } catch (error) {
      const { code, message } = keychainFault(error);
      if (code !== 'keychain-unavailable') {
        log.warn({ backend: keychain.backend, code }, 'the keychain does not open now');
        return keychain;
      }
      log.warn({ backend: otherwise.backend, code, reason: message }, 'this machine has no keychain');
      return otherwise;
    }
  }

  async function choose(): Promise<Secrets> {
    const inUse = (await files.get('device-key').catch(() => null)) !== null;
    if (!inUse) return best(onDisk ? files : createMemorySecrets());
    if (await keychain.holdsKey()) return keychain;
    if (onDisk) return files;
    const place = await best(files);
    return place === keychain ? createInheritingSecrets(keychain, files, lock) : files;
  }

  const current = await choose();
  return createMovableSecrets({ current, files, besides: () => best(createMemorySecrets()) });
}
