import { and, eq, isNull, ne } from 'drizzle-orm';
import type { ErrorCode } from '../../contract/errors.ts';
import type { Tx } from '../db/database.ts';
import { type EndReason, session } from '../db/schema.ts';
import { releaseLeasesOfSessions } from './session-leases.ts';

export interface WhichSessions {
  sessionId?: string;
  /** All of a person; with `accountId`, those that entered that account. */
  identityId?: string;
  accountId?: string;
  /** All of a cloud key. */
  keyId?: string;
  /** The one that stays. */
  exceptSessionId?: string;
}

/**
 * Ends sessions at once: from the next request their tokens are refused, and the leases taken in them are free again. Sessions are
 * locked before leases, in the order in which a lease is taken (leases/acquire.ts): what was acquired a moment before ends too.
 *
 * @param now milliseconds of UTC
 * @param leaseCode what the leases' next renewals are answered with
 * @returns the company of each that was open
 */
export async function endSessions(
  tx: Tx,
  which: WhichSessions,
  reason: EndReason,
  now: number,
  leaseCode: ErrorCode = 'lease-ended',
): Promise<string[]> {
  const { sessionId, identityId, accountId, keyId, exceptSessionId } = which;
  if (sessionId === undefined && identityId === undefined && keyId === undefined)
    throw new Error('which sessions end has to be said');
  const ended = await tx
    .update(session)
    .set({ endedAt: new Date(now), endReason: reason })
    .where(
      and(
        isNull(session.endedAt),
        sessionId === undefined ? undefined : eq(session.id, sessionId),
        identityId === undefined ? undefined : eq(session.identityId, identityId),
        accountId === undefined ? undefined : eq(session.accountId, accountId),
        keyId === undefined ? undefined : eq(session.keyId, keyId),
        exceptSessionId === undefined ? undefined : ne(session.id, exceptSessionId),
      ),
    )
    .returning({ id: session.id, accountId: session.accountId });
  if (ended.length > 0)
    await releaseLeasesOfSessions(
      tx,
      ended.map((row) => row.id),
      now,
      leaseCode,
    );
  return ended.map((row) => row.accountId);
}
