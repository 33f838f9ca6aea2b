import type { ErrorCode } from '../../contract/errors.ts';
import type { Tx } from '../db/database.ts';
import { endLeases } from './leases/end-leases.ts';

/** Called in the transaction that ends sessions: the leases that were taken in them are free, but for what is borrowed. */
export async function releaseLeasesOfSessions(
  tx: Tx,
  sessionIds: readonly string[],
  now: number,
  code: ErrorCode = 'lease-ended',
): Promise<void> {
  await endLeases(tx, { sessionIds }, { code, now });
}
