import { type Components, componentNames } from '../contract/primitives.ts';

type ComponentName = (typeof componentNames)[number];

/** Weights of docs/figures.md, "Device": what a person rarely changes counts most. */
export const componentWeights: Readonly<Record<ComponentName, number>> = {
  machine: 3,
  smbios: 3,
  board: 2,
  disk: 2,
  cpu: 1,
  network: 1,
};

/** Lowest score in percent that is the same device, and the lowest that is still taken for it while it is rebound. */
export const matchScore = 50;
export const driftScore = 40;

export interface DeviceScore {
  /** `unknown`: nothing was readable both times; then the device key alone decides. */
  readonly verdict: 'match' | 'drift' | 'mismatch' | 'unknown';
  /** Percent of the comparable weight that is unchanged, rounded down; null when nothing is comparable. */
  readonly score: number | null;
  readonly components: readonly {
    readonly name: ComponentName;
    readonly change: 'same' | 'changed' | 'missing' | 'new';
  }[];
}

/** Days for registering a device again that drifted (docs/figures.md, "Device"). */
const driftDays = 14;

/** When it is due. @param since ms UTC, when the drift was first seen */
export function rebindDue(since: number): number {
  return since + driftDays * 86_400_000;
}

/**
 * Compares the salted hashes taken at activation with those of now, taken with the same salt. The score is over the components
 * readable both times. When less than half of the weight recorded at activation can still be read, a match is only a drift:
 * otherwise hiding the changed components would make another machine of a copied disk.
 */
export function deviceScore(before: Components, now: Components): DeviceScore {
  const components: { name: ComponentName; change: 'same' | 'changed' | 'missing' | 'new' }[] = [];
  let recorded = 0;
  let comparable = 0;
  let same = 0;
  for (const name of componentNames) {
    const was = before[name];
    const is = now[name];
    if (was === undefined && is === undefined) continue;
    const weight = componentWeights[name];
    if (was !== undefined) recorded += weight;
    if (was === undefined) components.push({ name, change: 'new' });
    else if (is === undefined) components.push({ name, change: 'missing' });
    else {
      comparable += weight;
      if (was === is) same += weight;
      components.push({ name, change: was === is ? 'same' : 'changed' });
    }
  }
  if (comparable === 0) return { verdict: recorded === 0 ? 'unknown' : 'drift', score: null, components };
  const byScore =
    same * 100 >= comparable * matchScore
      ? 'match'
      : same * 100 >= comparable * driftScore
        ? 'drift'
        : 'mismatch';
  const verdict = byScore === 'match' && comparable * 2 < recorded ? 'drift' : byScore;
  return { verdict, score: Math.floor((same * 100) / comparable), components };
}
