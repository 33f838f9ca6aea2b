import { AldabaError } from '../../contract/errors.ts';
import type { StateStore } from '../parts.ts';
import type { Log } from '../ports/log.ts';
import { asAldabaError } from '../problem.ts';
import type { CloudKey } from './cloud-key.ts';
import type { Guest } from './guest.ts';
import type { Identity } from './identity.ts';
import type { Rotation } from './rotation.ts';

/** The end of an identity by its person. */
export interface SignOut {
  /**
   * @returns whether the portal heard of it
   * @throws AldabaError `keychain-*` before anything is done, where what is stored cannot be read
   */
  signOut(): Promise<{ told: boolean }>;
  /** Ends what a sign-out had begun when its process died, with all that an end does. Reaches for the network, in the background. */
  finishSignOut(): void;
}

export function createSignOut(needs: {
  guest: Pick<Guest, 'isGuest'>;
  identity: Identity;
  rotation: Pick<Rotation, 'isOpen'>;
  cloudKey: CloudKey;
  /** Takes tokens and key away. @returns whether the portal heard of it */
  finishLeaving: () => Promise<boolean>;
  state: StateStore;
  log: Log;
}): SignOut {
  const { guest, identity, rotation, cloudKey, finishLeaving, state, log } = needs;

  async function finish(): Promise<void> {
    await cloudKey.leave(await cloudKey.configured());
    // Somebody came in meanwhile, and that ended what was left.
    if (!identity.leaving) return;
    identity.endLeaving();
    await finishLeaving();
    await identity.left();
  }

  return {
    async signOut() {
      if (guest.isGuest && !identity.present)
        throw new AldabaError('keychain-unavailable', 'whoever is signed in here is so with a keychain');
      // Nothing is said to be over whose tokens are out of reach.
      await rotation.isOpen();
      const keyTold = await cloudKey.leave(await cloudKey.held());
      await identity.lose('signed-out', { code: 'session-ended', data: undefined });
      const told = await finishLeaving();
      await identity.left();
      if (!told)
        state.notice({
          id: 'sign-out-untold',
          level: 'info',
          problem: { code: 'sign-out-untold', data: undefined },
        });
      return { told: told && keyTold };
    },

    finishSignOut() {
      if (!identity.leaving) return;
      finish().catch((error) =>
        log.warn({ code: asAldabaError(error).code }, 'the sign-out could not be finished'),
      );
    },
  };
}
