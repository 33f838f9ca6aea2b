import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import type { Contact } from '../../../contract/portal/people.ts';
import type { Language } from '../../../contract/primitives.ts';
import { normalizeEmail } from '../../../domain/email.ts';
import { can } from '../../../domain/permissions.ts';
import { givesAccess, isAdministrator } from '../../../domain/roles.ts';
import { rows } from '../../db/run.ts';
import { newId } from '../../ids.ts';
import { requireConfirmation } from '../../policy.ts';
import { idempotent } from '../idempotent.ts';
import type { PersonCall } from '../sessions.ts';
import { answer, change, type Desk } from './desk.ts';
import { insertPeople, type NewPerson, type PersonData } from './insert-people.ts';
import {
  checkDailyInvitations,
  checkInvitee,
  type Invitee,
  invitingAt,
  mailInvitation,
} from './invitations.ts';
import { type Role, roleToGive } from './roles.ts';
import { assignSeats } from './seats.ts';

export interface NewContact extends PersonData {
  readonly idempotencyKey: string;
  readonly roleId: string;
  readonly poolIds: readonly string[];
}

/**
 * Adds a contact with a role (A8), invites them by mail when the role gives access (A14, D4), and gives them seats (E8): all or nothing.
 * The same key again gets the same answer, and no second mail.
 *
 * @throws `contact-exists`, `role-not-given`, `role-exceeds-own`, `shared-identity-not-administrator`, `no-seats-available`, `seat-not-assignable`,
 * `pool-not-current`, `not-found`, `idempotency-mismatch`, `invitation-limit`, `invitation-too-soon`, `forbidden` when inviting or seats are not the actor's to give,
 * `confirmation-required` for an administrator
 */
export function createContact(call: PersonCall, input: NewContact): Promise<Contact> {
  const { idempotencyKey, ...request } = input;
  return change(call, (desk) =>
    idempotent(
      desk.tx,
      {
        accountId: desk.accountId,
        owner: `identity:${call.principal.identityId}`,
        key: idempotencyKey,
        operation: 'contact.create',
        request,
        now: desk.now,
      },
      () => add(desk, input),
    ),
  );
}

async function add(desk: Desk, input: NewContact): Promise<Contact> {
  const { tx, accountId, actor, now, call } = desk;
  const role = await roleToGive(tx, accountId, input.roleId, actor, input.shared);
  if (isAdministrator(role.permissions)) requireConfirmation(call.principal, now);
  const invited = givesAccess(role.permissions);
  if (invited && !can(actor, 'invitation:create')) throw new AldabaError('forbidden', 'may not invite');
  if (input.poolIds.length > 0 && !can(actor, 'seat:assign'))
    throw new AldabaError('forbidden', 'may not assign seats');
  await refuseKnown(desk, input.email);
  if (invited) {
    await checkInvitee(desk, input.email);
    await checkDailyInvitations(desk);
  }

  const contactId = newId(now);
  const access = await accessOf(desk, input, role, invited);
  const { email, firstName, lastName, phone, jobTitle, shared, receivesNotifications, language } = input;
  await insertPeople(tx, accountId, [
    {
      contactId,
      email,
      firstName,
      lastName,
      phone,
      jobTitle,
      shared,
      receivesNotifications,
      language,
      createdAt: now,
      ...access,
    },
  ]);
  const seats = await assignSeats(tx, {
    accountId,
    contactId,
    poolIds: input.poolIds,
    assignedBy: call.principal.identityId,
    now,
    buyUrl: call.portal.settings.buyUrl,
  });
  const contact = await answer(desk, contactId);
  await desk.audit(
    'contact.created',
    { kind: 'contact', id: contactId, email },
    {
      after: {
        firstName,
        lastName,
        jobTitle,
        shared,
        receivesNotifications,
        language,
        role: role.name,
        seats,
      },
    },
  );
  return contact;
}

async function refuseKnown({ tx, accountId }: Desk, email: string): Promise<void> {
  const known = await rows(
    tx,
    sql`select 1 from contact where account_id = ${accountId} and email_normalized = ${normalizeEmail(email)}`,
  );
  if (known.length > 0)
    throw new AldabaError('contact-exists', 'the address is in the directory', { field: 'email' });
}

/** The way in that a role gives: none, membership, or membership with an invitation. */
async function accessOf(
  desk: Desk,
  input: NewContact,
  role: Role,
  invited: boolean,
): Promise<Pick<NewPerson, 'membership' | 'invitation'>> {
  if (role.key === 'notifications-only') return { membership: null, invitation: null };
  const who = await findInvitee(desk, input);
  const membership = {
    identityId: who.identityId,
    roleId: role.id,
    owner: false,
    acceptedAt: null,
    suspendedAt: null,
    lastSignInAt: null,
  };
  if (!invited) return { membership, invitation: null };
  const invitation = await mailInvitation(desk.tx, invitingAt(desk), who, newId(desk.now));
  return { membership, invitation };
}

/** The person of an address, made when new. */
export async function findInvitee(
  { tx, accountId, now }: Pick<Desk, 'tx' | 'accountId' | 'now'>,
  person: { email: string; firstName: string; lastName: string; language: Language },
): Promise<Invitee> {
  const { email, firstName, lastName, language } = person;
  const [found] = await rows<{ id: string; has_password: boolean }>(
    tx,
    sql`select id, has_password from invitee(${newId(now)}, ${email}, ${normalizeEmail(email)}, ${`${firstName} ${lastName}`}, ${language},
      ${accountId}, ${new Date(now).toISOString()}::timestamptz)`,
  );
  if (found === undefined) throw new Error('invitee() always answers');
  return { identityId: found.id, email, firstName, lastName, language, hasPassword: found.has_password };
}
