import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import type { Contact } from '../../../contract/portal/people.ts';
import type { Language } from '../../../contract/primitives.ts';
import type { Portal } from '../../context.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { newId } from '../../ids.ts';
import { sendMail } from '../../mail/outbox.ts';
import { createLink, revokeLinks } from '../links.ts';
import type { PersonCall } from '../sessions.ts';
import type { ContactRow } from './contact-rows.ts';
import { answer, change, contactFor, type Desk } from './desk.ts';
import type { NewPerson } from './insert-people.ts';

/** Milliseconds between two mails to one address. */
const mailGap = 60_000;
/** Mails to one address in 24 h: the first and five again. */
const mailsPerDay = 6;
/** Mails of one company in 24 h by which people are invited. */
const invitationsPerDay = 500;
const day = 24 * 3_600_000;

/** Whom a mail goes to. */
export interface Invitee {
  readonly identityId: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly language: Language;
  /** They have a password already: they join with it. Otherwise the mail leads to a first one (A14, D4). */
  readonly hasPassword: boolean;
}

export function inviteeOf(row: ContactRow, identityId: string): Invitee {
  return {
    identityId,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    language: row.language,
    hasPassword: row.has_password,
  };
}

/** In whose name an invitation goes out. */
export interface Inviting {
  readonly portal: Pick<Portal, 'keys'>;
  readonly accountId: string;
  readonly accountName: string;
  readonly linkHours: number;
  /** Identity of who invites; null for whoever runs the portal. */
  readonly invitedBy: string | null;
  /** Milliseconds of UTC. */
  readonly now: number;
}

export function invitingAt(desk: Desk): Inviting {
  const { call, accountId, accountName, linkHours, now } = desk;
  return {
    portal: call.portal,
    accountId,
    accountName,
    linkHours,
    now,
    invitedBy: call.principal.identityId,
  };
}

/** An invitation that was mailed. */
export type SentInvitation = NonNullable<NewPerson['invitation']>;

/**
 * Writes the mail of an invitation; earlier links of this company to the person lose their use. One that is there already is locked before
 * the links, as whoever ends it does.
 *
 * @param id of the invitation, which the caller writes as answered, in the same transaction
 */
export async function mailInvitation(
  tx: Tx,
  from: Inviting,
  who: Invitee,
  id: string,
): Promise<SentInvitation> {
  const { portal, accountId, accountName, linkHours, invitedBy, now } = from;
  const mail = { accountId, recipient: who.email, language: who.language, at: now };
  const expiresAt = now + linkHours * 3_600_000;
  const until = new Date(expiresAt).toISOString();
  const data = { invitationId: id, name: who.firstName, accountName, expiresAt: until };
  const sent = { id, invitedBy, sentAt: now, expiresAt };
  await tx.execute(
    sql`select from invitation where account_id = ${accountId} and id = ${id} for no key update`,
  );
  await revokeLinks(tx, { accountId, identityId: who.identityId }, now);
  if (who.hasPassword) {
    await sendMail(tx, { ...mail, template: 'join', data });
    return { ...sent, kind: 'join' };
  }
  const link = await createLink(tx, portal, {
    accountId,
    identityId: who.identityId,
    purpose: 'activate',
    requestedBy: invitedBy,
    hours: linkHours,
    now,
  });
  await sendMail(tx, { ...mail, template: 'activate', data: { ...data, linkId: link.id } });
  return { ...sent, kind: 'activate' };
}

/** @throws `invitation-limit` when the company has invited its number of people for a day */
export async function checkDailyInvitations(desk: Desk): Promise<void> {
  const sent = await invitationMails(desk, invitationsPerDay);
  const oldest = sent.at(-1);
  if (sent.length < invitationsPerDay || oldest === undefined) return;
  throw new AldabaError('invitation-limit', 'invitations of a day', {
    ...waitUntil(oldest + day, desk.now),
    maximum: invitationsPerDay,
  });
}

/** @throws `invitation-too-soon` for more than one mail a minute to an address, or five again a day, whatever became of its contact */
export async function checkInvitee(desk: Desk, email: string): Promise<void> {
  checkMails(await invitationMails(desk, mailsPerDay, email), desk.now);
}

/**
 * When this company's mails by which people are invited were written in the last 24 h, newest first: mails stay when contacts go.
 * Links that people ask for themselves are none of them, or whoever knows an address could use its invitations up.
 */
async function invitationMails(
  { tx, accountId, now }: Desk,
  limit: number,
  email?: string,
): Promise<number[]> {
  const to = email === undefined ? sql`true` : sql`lower(recipient) = lower(${email})`;
  const sent = await rows<{ at: number }>(
    tx,
    sql`select (extract(epoch from created_at) * 1000)::float8 as at from mail
      where account_id = ${accountId} and created_at > ${instant(now - day)} and data->>'invitationId' is not null and ${to}
      order by created_at desc limit ${limit}`,
  );
  return sent.map(({ at }) => at);
}

function checkMails(sent: readonly number[], now: number): void {
  const refuse = (until: number): never => {
    throw new AldabaError('invitation-too-soon', 'mailed again too soon', waitUntil(until, now));
  };
  const [newest] = sent;
  const oldest = sent[mailsPerDay - 1];
  if (newest !== undefined && now < newest + mailGap) refuse(newest + mailGap);
  if (oldest !== undefined) refuse(oldest + day);
}

function waitUntil(until: number, now: number) {
  return { retryAfter: Math.max(1, Math.ceil((until - now) / 1000)), until: new Date(until).toISOString() };
}

/**
 * Invites a member who has not come in: mails, and writes the one pending invitation of the contact, new or rotated.
 *
 * @throws `invitation-too-soon`
 */
export async function invite(desk: Desk, row: ContactRow, roleId: string): Promise<void> {
  const { tx, accountId, now } = desk;
  if (row.identity_id === null) throw new Error('who is invited is a member');
  await checkInvitee(desk, row.email);
  const [known] = await rows<{ id: string }>(
    tx,
    sql`select id from invitation where account_id = ${accountId} and contact_id = ${row.id} order by created_at desc, id desc limit 1`,
  );
  const who = inviteeOf(row, row.identity_id);
  const sent = await mailInvitation(tx, invitingAt(desk), who, known?.id ?? newId(now));
  const values = sql`${sent.kind}, ${roleId}, ${sent.invitedBy}, ${instant(sent.sentAt)}, ${instant(sent.expiresAt)}`;
  await tx.execute(
    known === undefined
      ? sql`insert into invitation (account_id, id, email, email_normalized, identity_id, contact_id, created_at,
            kind, role_id, invited_by, sent_at, expires_at)
          select c.account_id, ${sent.id}, c.email, c.email_normalized, c.identity_id, c.id, ${instant(now)}, ${values}
          from contact c where c.account_id = ${accountId} and c.id = ${row.id}`
      : sql`update invitation set (kind, role_id, invited_by, sent_at, expires_at) = row(${values}), state = 'pending', answered_at = null
          where account_id = ${accountId} and id = ${sent.id}`,
  );
}

/** Ends what was sent to somebody who is not to come in any more. */
export async function revokeInvitation({ tx, accountId, now }: Desk, row: ContactRow): Promise<void> {
  await tx.execute(
    sql`update invitation set state = 'revoked', answered_at = ${instant(now)}
      where account_id = ${accountId} and contact_id = ${row.id} and state in ('pending', 'expired')`,
  );
  if (row.identity_id !== null) await revokeLinks(tx, { accountId, identityId: row.identity_id }, now);
}

/**
 * Ends what somebody had sent and may not stand for any more: they left, were suspended, or have a lesser role. Whoever still
 * should come in is invited again by somebody entitled. Call it after the change to the inviter.
 */
export async function endInvitationsBy({ tx, accountId, now }: Desk, inviterId: string): Promise<void> {
  await tx.execute(
    sql`with ended as (
        update invitation v set state = 'expired'
        where v.account_id = ${accountId} and v.state = 'pending' and v.invited_by = ${inviterId}
          and not invitation_stands(v.account_id, v.identity_id)
        returning v.identity_id)
      update password_link set revoked_at = ${instant(now)}
      where account_id = ${accountId} and used_at is null and revoked_at is null
        and identity_id in (select identity_id from ended)`,
  );
}

/** Mails the activation again; the link before loses its use (D5, D6). */
export function resendInvitation(call: PersonCall, id: string): Promise<Contact> {
  return change(call, async (desk) => {
    const row = await contactFor(desk, 'resend', id);
    await invite(desk, row, row.role_id);
    await desk.audit('invitation.resent', { kind: 'contact', id, email: row.email });
    return answer(desk, id);
  });
}

/**
 * Mails a link by which the person sets a new password, or the first one when the activation was missed (D6, D9). The password stays as it is,
 * and sessions go on, until then; nobody else ever sees or sets it.
 */
export function resetPassword(call: PersonCall, id: string): Promise<Contact> {
  return change(call, async (desk) => {
    const { tx, accountId, accountName, now } = desk;
    const row = await contactFor(desk, 'reset-password', id);
    if (row.identity_id === null) throw new AldabaError('contact-without-access');
    if (!row.accepted) await invite(desk, row, row.role_id);
    else {
      await checkResets(desk, row.identity_id);
      const link = await createLink(tx, call.portal, {
        accountId,
        identityId: row.identity_id,
        purpose: 'reset',
        requestedBy: call.principal.identityId,
        hours: desk.linkHours,
        now,
      });
      await sendMail(tx, {
        accountId,
        recipient: row.email,
        template: 'reset',
        language: row.language,
        data: { linkId: link.id, name: row.first_name, accountName, expiresAt: link.expiresAt.toISOString() },
        at: now,
      });
    }
    await desk.audit('password.reset-requested', { kind: 'contact', id, email: row.email });
    return answer(desk, id);
  });
}

/** The same limits as for an activation: one mail a minute, and after the first five again in a day. */
async function checkResets({ tx, accountId, now }: Desk, identityId: string): Promise<void> {
  const sent = await rows<{ at: number }>(
    tx,
    sql`select (extract(epoch from created_at) * 1000)::float8 as at from password_link
      where account_id = ${accountId} and identity_id = ${identityId} and purpose = 'reset' and requested_by is not null
        and created_at > ${instant(now - day)}
      order by created_at desc limit ${mailsPerDay}`,
  );
  checkMails(
    sent.map(({ at }) => at),
    now,
  );
}

function instant(milliseconds: number) {
  return sql`${new Date(milliseconds).toISOString()}::timestamptz`;
}
