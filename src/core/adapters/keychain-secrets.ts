import type { AsyncEntry } from '@napi-rs/keyring';
import { AldabaError } from '../../contract/errors.ts';
import type { SecretName, Secrets, SecretsBackend } from '../ports/secrets.ts';
import { hasSessionBus } from './has-session-bus.ts';
import { createKeychainTurns } from './keychain-turns.ts';

/** As `patience` while a client starts: programs with a valid license do not wait for a prompt. */
const startPatience = 3000;

/** What a person knows the system's keychain by. */
export function keychainBackend(platform: NodeJS.Platform): SecretsBackend {
  if (platform === 'darwin') return 'macos-keychain';
  return platform === 'win32' ? 'windows-credentials' : 'secret-service';
}

/** The keychain, and a way to find out whether it keeps things. */
export interface KeychainSecrets extends Secrets {
  /**
   * Whether secrets can be kept there. Reading alone does not tell: a Secret Service without any keyring answers that nothing is stored, and
   * then refuses to store. So an empty one is written to once, under a name that holds nothing.
   *
   * @throws AldabaError `keychain-unavailable`, `keychain-locked`, `keychain-denied`
   */
  probe(): Promise<void>;
  /** It opens and holds a device key: somebody is set up with it. Stores nothing, and never throws. */
  holdsKey(): Promise<boolean>;
}

/**
 * The operating system's keychain, one entry for each secret. On Linux the Secret Service alone: left to itself the module would fall
 * back to the kernel's keyring, which forgets at the next boot.
 *
 * @param service groups the entries of one profile
 */
export function createKeychainSecrets(
  service: string,
  platform: NodeJS.Platform,
  environment: NodeJS.ProcessEnv,
): KeychainSecrets {
  const ask = createKeychainTurns();

  async function entry(name: SecretName | 'probe'): Promise<AsyncEntry> {
    // Loading the module takes longer than all else that a command without a desktop does with it.
    if (platform === 'linux' && !hasSessionBus(environment))
      throw new AldabaError('keychain-unavailable', 'there is no session bus');
    const { AsyncEntry: Entry } = await import('@napi-rs/keyring');
    return new Entry(service, name, { linux: { store: 'secret-service' } });
  }

  const readKey = async () => (await entry('device-key')).getPassword();

  return {
    backend: keychainBackend(platform),
    get: (name) => ask(async () => (await entry(name)).getPassword()),
    set: (name, value) => ask(async () => (await entry(name)).setPassword(value)),
    async delete(name) {
      await ask(async () => (await entry(name)).deleteCredential());
    },
    probe: () =>
      ask(async () => {
        if ((await readKey()) !== null) return;
        const probe = await entry('probe');
        await probe.setPassword('probe');
        await probe.deleteCredential();
      }, startPatience),
    holdsKey: () =>
      ask(readKey, startPatience).then(
        (key) => typeof key === 'string',
        () => false,
      ),
  };
}
