import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import type { Contact } from '../../../contract/portal/people.ts';
import { effectivePermissions, givesAccess, isAdministrator } from '../../../domain/roles.ts';
import { requireConfirmation } from '../../policy.ts';
import type { PersonCall } from '../sessions.ts';
import { type ContactRow, readContacts } from './contact-rows.ts';
import { findInvitee } from './create-contact.ts';
import { answer, change, contactFor, type Desk, refuse } from './desk.ts';
import { endAccess } from './end-access.ts';
import { directoryKeys } from './insert-people.ts';
import { checkDailyInvitations, endInvitationsBy, invite, revokeInvitation } from './invitations.ts';
import { keepAnAdministrator } from './keep-an-administrator.ts';
import { type Role, roleToGive } from './roles.ts';

/** What may be edited. The email and the company never: they are who somebody is (D8). */
export interface ContactEdit {
  readonly firstName?: string | undefined;
  readonly lastName?: string | undefined;
  readonly phone?: string | undefined;
  readonly jobTitle?: string | undefined;
  readonly shared?: boolean | undefined;
  readonly receivesNotifications?: boolean | undefined;
}

/**
 * Edits a contact, of whom the asker saw the given revision, and gives another role. Nothing changed: the same answer, no trace.
 *
 * @throws `not-found`, `contact-changed` (somebody else edited meanwhile), `target-outranks-actor`; for a role also `role-not-given`, `role-exceeds-own`,
 * `self-not-allowed`, `owner-protected`, `last-administrator`, `shared-identity-not-administrator`, `confirmation-required`
 */
export function updateContact(
  call: PersonCall,
  input: ContactEdit & { id: string; revision: number; roleId?: string | undefined },
): Promise<Contact> {
  const { id, revision, roleId, ...edit } = input;
  return change(call, async (desk) => {
    const row = await contactFor(desk, 'update', id);
    if (row.revision !== revision) throw new AldabaError('contact-changed', `revision is ${row.revision}`);

    const changed = changesOf(row, edit);
    const shared = edit.shared ?? row.shared;
    const role =
      roleId === undefined || roleId === row.role_id ? null : await otherRole(desk, row, roleId, shared);
    if (role === null && changed.after.shared === true) refuseShared(row);
    if (role === null && Object.keys(changed.after).length === 0) return answer(desk, id);

    await write(desk, row, changed.after);
    if (role !== null) await giveRole(desk, row, role);
    await desk.audit(
      role === null ? 'contact.updated' : 'contact.role-changed',
      { kind: 'contact', id, email: row.email },
      {
        before: redact({ ...changed.before, ...(role === null ? {} : { role: row.role_name }) }),
        after: redact({ ...changed.after, ...(role === null ? {} : { role: role.name }) }),
      },
    );
    return answer(desk, id);
  });
}

type Fields = { [field in keyof ContactEdit]?: string | boolean };

/** The fields that differ, as they were and as they will be. */
function changesOf(row: ContactRow, edit: ContactEdit): { before: Fields; after: Fields } {
  const current = {
    firstName: row.first_name,
    lastName: row.last_name,
    phone: row.phone,
    jobTitle: row.job_title,
    shared: row.shared,
    receivesNotifications: row.receives_notifications,
  };
  const names = (Object.keys(current) as (keyof typeof current)[]).filter(
    (name) => edit[name] !== undefined && edit[name] !== current[name],
  );
  return {
    before: Object.fromEntries(names.map((name) => [name, current[name]])),
    after: Object.fromEntries(names.map((name) => [name, edit[name]])),
  };
}

/** A telephone number is nobody's business years later: the audit says that it changed. */
function redact(fields: Fields & { role?: string }) {
  return { ...fields, ...(fields.phone === undefined || fields.phone === '' ? {} : { phone: '[redacted]' }) };
}

/** @throws `shared-identity-not-administrator` */
function refuseShared(row: ContactRow): void {
  if (isAdministrator(effectivePermissions(row.role_permissions, row.owner)))
    throw new AldabaError('shared-identity-not-administrator', 'an administrator is one person');
}

/** The new role, when it may be given: by rule, by rank, by the password given lately, and with an administrator left. */
async function otherRole(desk: Desk, row: ContactRow, roleId: string, shared: boolean): Promise<Role> {
  const { tx, accountId, actor, call, now } = desk;
  refuse(desk, 'assign-role', row);
  const role = await roleToGive(tx, accountId, roleId, actor, shared);
  requireConfirmation(call.principal, now);
  await keepAnAdministrator(desk, row, {
    permissions: effectivePermissions([...role.permissions], row.owner),
    active: row.accepted && !row.suspended,
    hasPassword: row.has_password,
  });
  return role;
}

async function write({ tx, accountId, now }: Desk, row: ContactRow, after: Fields): Promise<void> {
  const firstName = String(after.firstName ?? row.first_name);
  const lastName = String(after.lastName ?? row.last_name);
  const jobTitle = String(after.jobTitle ?? row.job_title);
  await tx.execute(
    sql`update contact set first_name = ${firstName}, last_name = ${lastName}, phone = ${after.phone ?? row.phone},
        job_title = ${jobTitle}, shared = ${after.shared ?? row.shared},
        receives_notifications = ${after.receivesNotifications ?? row.receives_notifications}, revision = revision + 1,
        updated_at = ${new Date(now).toISOString()}::timestamptz
      where account_id = ${accountId} and id = ${row.id}`,
  );
  const renamed = after.firstName !== undefined || after.lastName !== undefined;
  if (!renamed && after.jobTitle === undefined) return;
  // The person before the row of the directory, as whoever signs in locks them.
  if (renamed && row.identity_id !== null)
    await tx.execute(sql`select rename_member(${row.identity_id}::uuid, ${`${firstName} ${lastName}`})`);
  const keys = directoryKeys({ firstName, lastName, email: row.email, jobTitle });
  await tx.execute(
    sql`update directory set name_key = ${keys.nameKey}, search_text = ${keys.searchText}
      where account_id = ${accountId} and contact_id = ${row.id}`,
  );
}

/**
 * What the new role brings with it. With access for the first time: an invitation. Without access any more: sessions, leases and
 * invitation end at once. Otherwise the role counts from the next request.
 */
async function giveRole(desk: Desk, row: ContactRow, role: Role): Promise<void> {
  const { tx, accountId, call } = desk;
  const member = await asMember(desk, row, role);
  if (member.identity_id !== null) await endInvitationsBy(desk, member.identity_id);
  if (!givesAccess(effectivePermissions([...role.permissions], row.owner))) {
    await revokeInvitation(desk, member);
    if (member.identity_id === null) return;
    await endAccess(desk, member.identity_id, 'suspended', 'session-ended');
    return;
  }
  if (row.suspended || row.accepted) return;
  const waits = row.state === 'invited';
  if (waits)
    // Whoever gives the role stands for it from now on: see invitation_stands().
    await tx.execute(
      sql`update invitation set role_id = ${role.id}, invited_by = ${call.principal.identityId}
        where account_id = ${accountId} and contact_id = ${row.id} and state = 'pending'`,
    );
  else if (row.state === 'no-access') {
    await checkDailyInvitations(desk);
    await invite(desk, member, role.id);
  }
}

/** The contact with a membership of this role, made when there was none. */
async function asMember(desk: Desk, row: ContactRow, role: Role): Promise<ContactRow> {
  const { tx, accountId, now } = desk;
  if (row.identity_id !== null) {
    await tx.execute(
      sql`update membership set role_id = ${role.id} where account_id = ${accountId} and identity_id = ${row.identity_id}`,
    );
    return row;
  }
  const who = await findInvitee(desk, {
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    language: row.language,
  });
  await tx.execute(
    sql`update contact set identity_id = ${who.identityId} where account_id = ${accountId} and id = ${row.id}`,
  );
  await tx.execute(
    sql`insert into membership (account_id, identity_id, role_id, created_at)
      values (${accountId}, ${who.identityId}, ${role.id}, ${new Date(now).toISOString()}::timestamptz)`,
  );
  const [member] = await readContacts(tx, accountId, [row.id], now);
  if (member === undefined) throw new Error('the contact is locked');
  return member;
}
