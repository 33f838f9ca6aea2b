import type { AsyncEntry } from '@napi-rs/keyring';
import { AldabaError } from '../../contract/errors.ts';
import type { Secrets, SecretsBackend } from '../ports/secrets.ts';
import { keychainFault } from './keychain-fault.ts';

/** ms that a keychain may take, a person at its unlock prompt included, before the caller hears `keychain-locked`. */
const patience = 60_000;

/** One change of an entry at a time: what was asked later is what stays. */
function createTurns() {
  let turn: Promise<unknown> = Promise.resolve();
  return <T>(work: () => Promise<T>): Promise<T> => {
    const next = turn.then(work);
    turn = next.catch(() => undefined);
    return next;
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new AldabaError('keychain-locked', `no answer within ${patience} ms`)),
      patience,
    );
    timer.unref();
  });
  try {
    return await Promise.race([work, late]);
  } catch (error) {
    throw keychainFault(error);
  } finally {
    clearTimeout(timer);
  }
}

export function keychainBackend(platform: NodeJS.Platform): SecretsBackend {
  if (platform === 'darwin') return 'macos-keychain';
  return platform === 'win32' ? 'windows-credentials' : 'secret-service';
}

/**
 * The operating system's keychain, one entry for each secret. On Linux the Secret Service alone: left to itself the module would fall
 * back to the kernel's keyring, which forgets at the next boot.
 *
 * @param service groups the entries of one profile
 */
export function createKeychainSecrets(service: string, platform: NodeJS.Platform): Secrets {
  const turns = createTurns();

  async function entry(name: string): Promise<AsyncEntry> {
    const { AsyncEntry: Entry } = await import('@napi-rs/keyring');
    return new Entry(service, name, { linux: { store: 'secret-service' } });
  }

  return {
    backend: keychainBackend(platform),
    get: (name) => turns(() => inTime(entry(name).then((found) => found.getPassword()))),
    set: (name, value) => turns(() => inTime(entry(name).then((found) => found.setPassword(value)))),
    delete: (name) =>
      turns(async () => {
        await inTime(entry(name).then((found) => found.deleteCredential()));
      }),
  };
}

/**
 * Whether secrets can be kept there. Reading alone does not tell: a Secret Service without any keyring answers that nothing is stored, and
 * then refuses to store. So an empty one is written to once, under a name that holds nothing.
 *
 * @throws AldabaError `keychain-unavailable`, `keychain-locked`, `keychain-denied`
 */
export async function probeKeychain(secrets: Secrets, service: string): Promise<void> {
  if ((await secrets.get('device-key')) !== null) return;
  const { AsyncEntry: Entry } = await import('@napi-rs/keyring');
  const probe = async () => {
    const entry = new Entry(service, 'probe', { linux: { store: 'secret-service' } });
    await entry.setPassword('probe');
    await entry.deleteCredential();
  };
  await inTime(probe());
}
