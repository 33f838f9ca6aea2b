import { type AuditActor, audit } from '../audit/audit.ts';
import type { Tx } from '../db/database.ts';
import { withRetry } from '../db/with-retry.ts';
import { endSessions } from './end-sessions.ts';
import type { Caller } from './enter-company.ts';

/** An open session of the calling device, and who was in it. */
export interface OpenSession {
  readonly id: string;
  readonly accountId: string;
  readonly actor: AuditActor;
}

/**
 * Ends the session that the device asks to leave; its leases are free again. Nothing happens when there is none, or when it ended meanwhile.
 *
 * @param find is called again in a new transaction when the database undid the first
 */
export async function leaveSession(
  { portal, request, device }: Caller,
  find: (tx: Tx) => Promise<OpenSession | undefined>,
): Promise<void> {
  await withRetry(() =>
    portal.database.asService(async (tx) => {
      const found = await find(tx);
      if (found === undefined) return;
      const now = portal.clock.now();
      if ((await endSessions(tx, { sessionId: found.id }, 'signed-out', now)).length === 0) return;
      await audit(tx, {
        accountId: found.accountId,
        at: now,
        action: 'session.ended',
        actor: found.actor,
        subject: { kind: 'session', id: found.id },
        address: request.address,
        device: device.thumbprint,
        requestId: request.id,
      });
    }),
  );
}
