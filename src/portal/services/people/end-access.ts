import { sql } from 'drizzle-orm';
import type { ErrorCode } from '../../../contract/errors.ts';
import type { Contact } from '../../../contract/portal/people.ts';
import { effectivePermissions } from '../../../domain/roles.ts';
import type { EndReason } from '../../db/schema.ts';
import { endSessions } from '../end-sessions.ts';
import { endLeases } from '../leases/end-leases.ts';
import { revokeLinks } from '../links.ts';
import type { PersonCall } from '../sessions.ts';
import type { ContactRow } from './contact-rows.ts';
import { answer, change, contactFor, type Desk } from './desk.ts';
import { endInvitationsBy } from './invitations.ts';
import { keepAnAdministrator } from './keep-an-administrator.ts';

/**
 * Ends what a person has of the company: sessions, and leases that are not borrowed. The membership is locked before, so that whoever signs in or switches to the
 * company meanwhile waits and then finds that there is no way in; sessions before leases, as in `endSessions`.
 *
 * @param code what the leases' next renewals are answered with
 */
export async function endAccess(
  { tx, accountId, now }: Desk,
  identityId: string,
  reason: EndReason,
  code: ErrorCode,
): Promise<void> {
  await tx.execute(
    sql`select from membership where account_id = ${accountId} and identity_id = ${identityId} for update`,
  );
  await endSessions(tx, { accountId, identityId }, reason, now, code);
  await endLeases(tx, { accountId, holderId: identityId }, { code, now });
}

/**
 * Takes the way in away until it is given again: sessions, leases and open links end in the same transaction. Seats stay assigned.
 * Suspending twice is not an error.
 */
export function suspendContact(call: PersonCall, id: string): Promise<Contact> {
  return change(call, async (desk) => {
    const row = await contactFor(desk, 'suspend', id);
    if (row.suspended || row.identity_id === null) return answer(desk, id);
    await keepAnAdministrator(desk, row, {
      permissions: effectivePermissions(row.role_permissions, row.owner),
      active: false,
      hasPassword: row.has_password,
    });
    await setSuspended(desk, row, true);
    await endAccess(desk, row.identity_id, 'suspended', 'contact-suspended');
    await endInvitation(desk, row);
    await endInvitationsBy(desk, row.identity_id);
    await desk.audit(
      'contact.suspended',
      { kind: 'contact', id, email: row.email },
      stateChange(row, 'suspended'),
    );
    return answer(desk, id);
  });
}

/** Gives the way in back. Who had not come in yet is invited again by "resend": the old link lost its use. Twice is not an error. */
export function reactivateContact(call: PersonCall, id: string): Promise<Contact> {
  return change(call, async (desk) => {
    const row = await contactFor(desk, 'reactivate', id);
    if (!row.suspended) return answer(desk, id);
    await setSuspended(desk, row, false);
    const contact = await answer(desk, id);
    await desk.audit(
      'contact.reactivated',
      { kind: 'contact', id, email: row.email },
      stateChange(row, contact.state),
    );
    return contact;
  });
}

/** Removes somebody who left (A7): membership, seats, invitation, sessions and leases end in the same transaction. The person stays, and the audit. */
export function deleteContact(call: PersonCall, id: string): Promise<void> {
  return change(call, async (desk) => {
    const { tx, accountId, now } = desk;
    const row = await contactFor(desk, 'delete', id);
    await keepAnAdministrator(desk, row, null);
    if (row.identity_id !== null) {
      await endAccess(desk, row.identity_id, 'deleted', 'session-ended');
      await revokeLinks(tx, { accountId, identityId: row.identity_id }, now);
    }
    // Seats, invitations and the directory row go with the contact.
    await tx.execute(sql`delete from contact where account_id = ${accountId} and id = ${id}`);
    if (row.identity_id !== null) {
      await tx.execute(
        sql`delete from membership where account_id = ${accountId} and identity_id = ${row.identity_id}`,
      );
      await endInvitationsBy(desk, row.identity_id);
    }
    await desk.audit(
      'contact.deleted',
      { kind: 'contact', id, email: row.email },
      {
        before: {
          firstName: row.first_name,
          lastName: row.last_name,
          role: row.role_name,
          state: row.state,
          seats: row.seats.map((seat) => seat.product),
        },
      },
    );
  });
}

/** What was mailed is of no use any more; after a reactivation it can be mailed again. */
async function endInvitation({ tx, accountId, now }: Desk, row: ContactRow): Promise<void> {
  await tx.execute(
    sql`update invitation set state = 'expired' where account_id = ${accountId} and contact_id = ${row.id} and state = 'pending'`,
  );
  if (row.identity_id !== null) await revokeLinks(tx, { accountId, identityId: row.identity_id }, now);
}

async function setSuspended(
  { tx, accountId, now }: Desk,
  row: ContactRow,
  suspended: boolean,
): Promise<void> {
  const at = suspended ? sql`${new Date(now).toISOString()}::timestamptz` : sql`null`;
  await tx.execute(
    sql`update membership set suspended_at = ${at} where account_id = ${accountId} and identity_id = ${row.identity_id}`,
  );
}

function stateChange(row: ContactRow, after: Contact['state']) {
  return { before: { state: row.state }, after: { state: after } };
}
