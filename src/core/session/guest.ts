import type { Settings } from '../../contract/settings.ts';
import type { Licenses } from '../parts.ts';
import type { Ports } from '../ports/index.ts';
import type { SettingsStore } from '../ports/settings.ts';
import { createIdentityFile, type IdentityRecord } from './identity-record.ts';

/**
 * A process without a keychain on a profile that somebody is set up on with secrets that last: a command from afar, whose desktop has its
 * keychain. Who it is and its way in are its own until it ends; what the profile remembers is the other one's.
 */
export interface Guest {
  readonly isGuest: boolean;
  /** What kind of place an identity of this process is kept in. */
  readonly keptIn: IdentityRecord['keptIn'];
  /** The person's settings, but for the way in that a guest took. */
  readonly settings: SettingsStore;
  /** Looks at the profile, once before anything of it is used. */
  look(): Promise<void>;
  /** The profile's identity is this one now. @returns whether it makes this process a guest */
  meets(record: IdentityRecord): boolean;
}

/** Somebody is set up with it, and finds it again at the next start. */
const isLasting = ({ keptIn, state }: IdentityRecord) => keptIn === 'lasting' && state !== 'absent';

/** Whether the profile is somebody's whose secrets last. @param file the identity's file */
export async function hasLastingOwner(file: string, licenses: Pick<Licenses, 'isStored'>): Promise<boolean> {
  const record = await createIdentityFile(file).read();
  return (record !== null && isLasting(record)) || (await licenses.isStored());
}

/** @param needs.file the identity's file */
export function createGuest(
  needs: Pick<Ports, 'secrets' | 'settings'> & { file: string; licenses: () => Pick<Licenses, 'isStored'> },
): Guest {
  const { secrets, settings, file, licenses } = needs;
  let isGuest = false;
  let own: Partial<Pick<Settings, 'mode' | 'portal'>> = {};
  const keptIn = () => (secrets.backend === 'memory' ? 'memory' : 'lasting');
  const current = () => ({ ...settings.current(), ...own });
  const listeners = new Set<Parameters<SettingsStore['onChange']>[0]>();

  return {
    get isGuest() {
      return isGuest;
    },
    get keptIn() {
      return keptIn();
    },
    settings: {
      ...settings,
      acknowledge: (problem) => settings.acknowledge(problem),
      current,
      async update(change) {
        if (!isGuest) return settings.update(change);
        const { mode = current().mode, portal = current().portal, ...others } = change;
        const before = settings.current();
        // What is fixed is refused as for everybody, and nothing of it is written.
        const fixed = [
          mode === before.mode ? null : 'mode',
          portal === before.portal ? null : 'portal',
        ] as const;
        for (const name of fixed)
          if (name !== null && settings.locked().has(name)) return settings.update(change);
        if (Object.keys(others).length > 0) await settings.update(others);
        own = { mode, portal };
        for (const listener of [...listeners]) listener(current());
      },
      onChange(listener) {
        listeners.add(listener);
        const end = settings.onChange(() => listener(current()));
        return () => {
          listeners.delete(listener);
          end();
        };
      },
    },
    async look() {
      isGuest = keptIn() === 'memory' && (await hasLastingOwner(file, licenses()));
    },
    meets(record) {
      isGuest ||= keptIn() === 'memory' && isLasting(record);
      return isGuest;
    },
  };
}
