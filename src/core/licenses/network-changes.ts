import type { Hardware } from '../ports/hardware.ts';

/** Longest sleep between two looks while the portal is out of reach. ms. */
export const offlineSleep = 5000;

/** Notices that the machine joined or left a network. */
export interface NetworkChanges {
  /** True when the machine has other addresses than at the last look; the first says false. */
  look(): boolean;
}

export function createNetworkChanges({ addresses }: Hardware): NetworkChanges {
  let last = addresses();
  return {
    look() {
      const now = addresses();
      const changed = now !== last;
      last = now;
      return changed;
    },
  };
}
