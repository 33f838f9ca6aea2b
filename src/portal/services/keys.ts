import type { Tx } from '../db/database.ts';

/** A cloud key that may be entered with. */
export interface FoundKey {
  readonly keyId: string;
  readonly accountId: string;
  readonly accountName: string;
  /** Product codes that it opens. */
  readonly products: string[];
}

/**
 * The cloud key as typed by a person, or null when there is none, it ended, or it is not a cloud key.
 * Provided by the licenses part; runs in `asService`.
 */
export async function findKey(
  _tx: Tx,
  _key: string,
  _device: { thumbprint: string },
  _now: number,
): Promise<FoundKey | null> {
  return null;
}
