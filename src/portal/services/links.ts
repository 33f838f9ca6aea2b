import { and, eq, isNull } from 'drizzle-orm';
import type { Portal } from '../context.ts';
import type { Tx } from '../db/database.ts';
import { passwordLink } from '../db/schema.ts';
import { hashToken, newId } from '../ids.ts';
import { derive, type PortalKeys } from '../keys/portal-keys.ts';

/**
 * The token of a password link: 256 bits derived from the portal's secret, so that it is stored nowhere, not even in the outbox,
 * and a mail that is sent twice says the same.
 */
export function linkToken(keys: PortalKeys, linkId: string): string {
  return derive(keys, 'password-link', linkId).toString('base64url');
}

export interface NewLink {
  accountId: string;
  identityId: string;
  purpose: 'activate' | 'reset';
  /** Administrator who asked; null when the person did. */
  requestedBy: string | null;
  /** Hours for which it is good: the account's `linkHours` for an administrator's, 1 for one's own reset. */
  hours: number;
  /** Milliseconds of UTC from which they count. */
  now: number;
}

/**
 * Makes a link that sets a password. An administrator's link replaces the account's earlier ones for the person; those that people ask
 * for themselves all stay good until one is used.
 *
 * @returns its id for the mail's `linkId`, and its end
 */
export async function createLink(
  tx: Tx,
  portal: Pick<Portal, 'keys'>,
  link: NewLink,
): Promise<{ id: string; expiresAt: Date }> {
  const { now } = link;
  const id = newId(now);
  const expiresAt = new Date(now + link.hours * 3_600_000);
  if (link.requestedBy !== null) await revokeLinks(tx, link, now);
  await tx.insert(passwordLink).values({
    accountId: link.accountId,
    id,
    identityId: link.identityId,
    purpose: link.purpose,
    tokenHash: hashToken(linkToken(portal.keys, id)),
    requestedBy: link.requestedBy,
    createdAt: new Date(now),
    expiresAt,
  });
  return { id, expiresAt };
}

/** Ends the open links of a person in an account: resent, suspended, deleted. */
export async function revokeLinks(
  tx: Tx,
  whose: { accountId: string; identityId: string },
  now: number,
): Promise<void> {
  await tx
    .update(passwordLink)
    .set({ revokedAt: new Date(now) })
    .where(
      and(
        eq(passwordLink.accountId, whose.accountId),
        eq(passwordLink.identityId, whose.identityId),
        isNull(passwordLink.usedAt),
        isNull(passwordLink.revokedAt),
      ),
    );
}
