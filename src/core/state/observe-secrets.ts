import type { AppState } from '../../contract/client/state.ts';
import { AldabaError } from '../../contract/errors.ts';
import type { StateStore } from '../parts.ts';
import type { Secrets } from '../ports/secrets.ts';

type KeychainState = AppState['keychain']['state'];

function stateOf(error: unknown): KeychainState | null {
  if (!(error instanceof AldabaError)) return null;
  switch (error.code) {
    case 'keychain-locked':
      return 'locked';
    case 'keychain-unavailable':
      return 'unavailable';
    case 'keychain-denied':
      return 'denied';
    default:
      return null;
  }
}

/** The same secrets, with each refusal and each recovery of the keychain shown in the snapshot. @param opened called after a recovery */
export function observeSecrets(secrets: Secrets, state: StateStore, opened: () => void): Secrets {
  const working = (): KeychainState => (secrets.backend === 'memory' ? 'unavailable' : 'ok');
  const show = (next: KeychainState) => {
    const now = state.get().keychain;
    const { backend } = secrets;
    if (now.state === next && now.backend === backend) return;
    state.update({ keychain: { backend, state: next } });
    if (next === 'ok') opened();
  };
  async function watched<T>(operation: Promise<T>): Promise<T> {
    try {
      const result = await operation;
      show(working());
      return result;
    } catch (error) {
      const refused = stateOf(error);
      if (refused !== null) show(refused);
      throw error;
    }
  }
  const { keepOnDisk } = secrets;
  return {
    get backend() {
      return secrets.backend;
    },
    get: (name) => watched(secrets.get(name)),
    set: (name, value) => watched(secrets.set(name, value)),
    delete: (name) => watched(secrets.delete(name)),
    // What another place refuses says nothing of this one.
    ...(keepOnDisk !== undefined && {
      async keepOnDisk(on: boolean, mayForget?: boolean) {
        await keepOnDisk(on, mayForget);
        show(working());
      },
    }),
  };
}
