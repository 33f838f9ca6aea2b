import type { BrokerLicense, Permit } from '../../contract/broker.ts';
import type { Use } from '../../contract/client/state.ts';
import type { DeviceScore } from '../../domain/device-score.ts';
import type { LicenseWarning, PortalAnswer, Right } from '../../domain/license-facts.ts';
import type { Standing } from '../../domain/license-state.ts';
import type { LicenseRecord } from './license-record.ts';

/** What a program asked for. */
export interface Wanted {
  readonly version: string;
  readonly features: readonly string[];
}

/** A program's connection, from its first `acquire` until it closes. */
export interface LiveUse extends Use {
  readonly features: readonly string[];
  /** It was told `full` once: from then on it may at least open and save. */
  granted: boolean;
  /** Calls of `acquire` that wait for their answer. */
  asking: number;
  /** Aborted when the use is over: whoever asks for it then hears `cancelled`. */
  readonly over: AbortController;
}

/** What is said of a product. */
export interface Said {
  readonly right: Right | null;
  readonly standing: Standing;
  readonly license: BrokerLicense;
  /** Most days that it can be borrowed for now. */
  readonly borrowDays: number;
}

/** One product on this device while the client runs. */
export interface Entry {
  readonly product: string;
  /** As it stands on disk, but for what is `unkept`. */
  record: LicenseRecord;
  /** Right and license of the record are in memory alone. */
  unkept: boolean;
  /** The verified form of `record.right` and of `record.license`; null when absent or not genuine. */
  right: Right | null;
  license: Right | null;
  answer: PortalAnswer;
  /** Comparison of this device with the one that the license was activated on; null until it was made. */
  device: DeviceScore | null;
  readonly uses: Map<string, LiveUse>;
  /** For the window, when nothing is held any more. */
  names: { product: string; account: string };
  /** While several steps are to be heard as one: what was said before the first. */
  frozen: Said | null;
  /** What listeners heard last, as JSON. */
  told: string;
  toldPermit: Permit | null;
  /** Warnings that are due and were said. */
  warned: ReadonlySet<string>;
  /** Ends the time in which a program that starts again finds its lease. */
  linger: { cancel(): void } | null;
  /** The portal is being asked for a seat, by what is wanted. */
  readonly flights: Map<string, Promise<void>>;
  /** The portal is being told that a lease is over. */
  telling: Promise<void> | null;
  /** A lease that the portal may have lent without this client hearing of it: it leaves a receipt as well. */
  lending: string | null;
  /** Running time (ms) at which a queued product asks again, and how often it did. */
  queue: { at: number; tries: number } | null;
}

export type ChangeListener = (product: string, license: BrokerLicense) => void;
export type WarningListener = (product: string, warning: LicenseWarning) => void;

/** @param now ms UTC; null: not known */
export function isOver(right: Right | null, now: number | null): boolean {
  return now !== null && right?.claims.exp !== undefined && right.claims.exp * 1000 <= now;
}

/**
 * A lease of a floating seat goes back when nobody uses it, and so does what was borrowed once it is over; everything else stays.
 *
 * @param now by the portal's word alone: a clock of this device that is wrong takes nothing that cannot come back
 */
export function leavesUnused(right: Right | null, now: number | null): boolean {
  if (right?.kind === 'borrow') return isOver(right, now);
  return right?.kind === 'lease' && right.claims.seatKind === 'floating';
}

export function isHeld(entry: Entry): boolean {
  for (const use of entry.uses.values()) if (use.granted) return true;
  return false;
}
