import { AldabaError } from '../../../contract/errors.ts';
import type { Components } from '../../../contract/primitives.ts';
import { deviceScore } from '../../../domain/device-score.ts';

/** Times that a device may register other parts by itself, and the days within which they count [docs/figures.md, "Device"]. */
export const rebindLimit = 3;
const countedDays = 365;

/** What a device showed at an activation. */
export interface Shown {
  /** Salted hashes, and their salt. */
  readonly components: Components;
  readonly salt: string;
}

/** That a device key came with other parts than before. */
export interface Rebind {
  /** Names of the parts that differ; empty when the salt is another one, so that nothing can be compared. */
  readonly changed: readonly string[];
  /** When it was rebound within the last year, this time included; milliseconds of UTC. */
  readonly reboundAt: readonly number[];
}

/**
 * Compares what a device shows with what it showed before, by the measure that its license is held to (domain/device-score.ts). Up to
 * that, it is the same device and may come as often as it likes. Beyond it, it is another one under the same key: a few times a year
 * that is a repaired computer, and more often a disk that was copied.
 *
 * @param before what the last activation of this device key was given, and when it was rebound, ms of UTC
 * @returns null when it is the same device
 * @throws `rebind-limit` with the number in `maximum`, and in `until` when the next is possible
 */
export function checkRebind(
  before: Shown & { readonly reboundAt: readonly number[] },
  now: Shown,
  at: number,
): Rebind | null {
  const comparable = before.salt === now.salt;
  const { verdict, components } = deviceScore(before.components, comparable ? now.components : {});
  if (verdict === 'match' || verdict === 'unknown') return null;
  const year = countedDays * 86_400_000;
  const counted = before.reboundAt.filter((one) => one > at - year);
  if (counted.length >= rebindLimit)
    throw new AldabaError('rebind-limit', `other parts for the ${counted.length + 1}th time`, {
      maximum: rebindLimit,
      until: new Date((counted[counted.length - rebindLimit] ?? at) + year).toISOString(),
    });
  const changed = comparable
    ? components.filter(({ change }) => change !== 'same').map(({ name }) => name)
    : [];
  return { changed, reboundAt: [...counted, at] };
}
