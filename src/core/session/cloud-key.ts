import { atMost } from '../licenses/at-most.ts';
import type { Device, PortalClient, StateStore } from '../parts.ts';
import type { Clock } from '../ports/clock.ts';
import type { Log } from '../ports/log.ts';
import type { SettingsStore } from '../ports/settings.ts';
import { asAldabaError } from '../problem.ts';
import { type Credential, type Credentials, tokenHash } from './credentials.ts';
import type { Identity } from './identity.ts';
import type { SignedIn } from './rotation.ts';

type KeyCredential = Credential<'cloud-key'>;

/** What the portal answers to a key: whom it stands for, and access. */
export interface KeyAnswer {
  identity: Parameters<Identity['accept']>[0];
  access: SignedIn['access'];
}

/** The cloud key as a way in: it has no session whose end the portal would hear of, so whoever leaves it says so. */
export interface CloudKey {
  /** The key that this device works with, or null: to be taken before another identity replaces it. @throws AldabaError `keychain-*` */
  held(): Promise<KeyCredential | null>;
  /** The key that is the configured way in at the configured portal, or null. @throws AldabaError `keychain-*` */
  configured(): Promise<KeyCredential | null>;
  /** Asks the portal for access by a key; stores nothing. @throws AldabaError `key-invalid`, `device-limit`, `network-*`, `portal-*` */
  ask(key: KeyCredential): Promise<KeyAnswer>;
  /** Gives back what the key holds and tells its portal, in 5 s at most. null: no key was held. Never throws. A notice says when the portal did not hear. @returns whether it did */
  leave(held: KeyCredential | null): Promise<boolean>;
  /** Called while a key is still there and about to go. */
  beforeLeaving(giveBack: () => Promise<void>): void;
}

export interface CloudKeyNeeds {
  credentials: Credentials;
  identity: Identity;
  settings: SettingsStore;
  device: Device;
  state: StateStore;
  clock: Clock;
  log: Log;
  /** The portal at an address, without access token. */
  portalAt: (address: string) => PortalClient;
  /** Resolves when no renewal of the access runs. */
  renewed: () => Promise<void>;
}

/** ms for giving back what a key holds. */
const leaveTerm = 5000;

export function createCloudKey(needs: CloudKeyNeeds): CloudKey {
  const { credentials, identity, settings, device, state, clock, log, portalAt, renewed } = needs;
  let giveBack: () => Promise<void> = async () => {};

  return {
    async held() {
      const isKey = identity.present && settings.current().mode === 'cloud-key';
      return isKey ? credentials.read('cloud-key') : null;
    },

    async configured() {
      const stored = await credentials.read('cloud-key');
      const { mode, portal } = settings.current();
      return mode === 'cloud-key' && stored?.portal === portal ? stored : null;
    },

    async ask({ portal, key }) {
      const { device: description } = await device.describe();
      const { access, account } = await portalAt(portal).sessions.withKey({ key, device: description });
      const subject = `key:${tokenHash(key)}`;
      return { identity: { mode: 'cloud-key', portal, profile: null, account, subject }, access };
    },

    async leave(held) {
      if (held === null) return true;
      const id = 'key-leave-untold';
      let told = false;
      // A renewal that reached the portal later would take the device's place again.
      const left = giveBack()
        .then(renewed)
        .then(() => portalAt(held.portal).sessions.leaveKey({ key: held.key }));
      await atMost(
        clock,
        leaveTerm,
        left.then(
          () => {
            told = true;
            // Also after the term.
            state.clearNotice(id);
          },
          (error) =>
            log.warn({ code: asAldabaError(error).code }, 'the portal does not know that the key was left'),
        ),
      );
      if (!told) state.notice({ id, level: 'info', problem: { code: id, data: undefined } });
      return told;
    },

    beforeLeaving(work) {
      giveBack = work;
    },
  };
}
