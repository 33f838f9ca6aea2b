import type { Tx } from '../db/database.ts';

/** Called in the transaction that ends sessions. The licenses part frees the leases that were taken in them. */
export async function releaseLeasesOfSessions(
  _tx: Tx,
  _sessionIds: readonly string[],
  _now: number,
): Promise<void> {}
