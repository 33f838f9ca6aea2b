import { sql } from 'drizzle-orm';
import type { Language } from '../../contract/primitives.ts';
import { normalizeEmail } from '../../domain/email.ts';
import type { Tx } from '../db/database.ts';
import { rows } from '../db/run.ts';
import { newId } from '../ids.ts';
import { createAccount } from '../services/people/create-account.ts';
import { findInvitee } from '../services/people/create-contact.ts';
import { insertPeople } from '../services/people/insert-people.ts';
import { type Invitee, mailInvitation, type SentInvitation } from '../services/people/invitations.ts';
import { auditOperator, type Operator } from './operator.ts';
import { Refusal } from './refusal.ts';

export interface NewCompany {
  readonly name: string;
  /** The first administrator, who owns the company. */
  readonly admin: {
    readonly email: string;
    readonly firstName: string;
    readonly lastName: string;
    readonly language: Language;
  };
  /** Hours for which its invitations are good. */
  readonly linkHours: number;
}

interface Owner extends Record<string, unknown> {
  readonly account_id: string;
  readonly email_normalized: string;
  readonly accepted: boolean;
  readonly waits: boolean;
  /** The one that is renewed when it ended. */
  readonly invitation_id: string | null;
}

/**
 * Makes a company with its first administrator and mails them their way in. Again with the same name and administrator, it makes nothing; when
 * their invitation ended before they came in, it is mailed anew.
 *
 * @throws Refusal when another administrator owns the company of that name
 */
export async function addCompany(
  operator: Operator,
  given: NewCompany,
): Promise<{ id: string; created: boolean; invited: boolean }> {
  const portal = { keys: await operator.keys() };
  const { name, admin, linkHours } = given;
  return operator.database.asService(async (tx) => {
    const now = operator.clock.now();
    // Two commands at once would make two companies.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`company ${name}`}, 0))`);
    const [owner] = await findOwner(tx, name, now);
    if (owner !== undefined && owner.email_normalized !== normalizeEmail(admin.email))
      throw new Refusal(`The company "${name}" is there already, and its owner has another address.`);
    if (owner !== undefined && (owner.accepted || owner.waits))
      return { id: owner.account_id, created: false, invited: false };

    const created = owner === undefined;
    const account = created ? await createAccount(tx, { name, linkHours, now }) : null;
    const accountId = account?.id ?? owner?.account_id ?? '';
    const who = await findInvitee({ tx, accountId, now }, admin);
    const from = { portal, accountId, accountName: name, linkHours, invitedBy: null, now };
    const sent = await mailInvitation(tx, from, who, owner?.invitation_id ?? newId(now));
    if (account !== null)
      await insertOwner(tx, account.id, account.roles.administrator, { admin, who, sent });
    else await renewInvitation(tx, accountId, sent);
    await auditOperator(tx, operator, {
      accountId,
      action: created ? 'account.created' : 'invitation.resent',
      subject: created ? { kind: 'account', id: accountId } : { kind: 'contact', email: admin.email },
      after: { name, owner: admin.email },
    });
    return { id: accountId, created, invited: true };
  });
}

function findOwner(tx: Tx, name: string, now: number): Promise<Owner[]> {
  return rows<Owner>(
    tx,
    sql`select a.id as account_id, i.email_normalized, m.accepted_at is not null as accepted, exists (
          select from invitation v where v.account_id = a.id and v.identity_id = i.id and v.state = 'pending'
            and v.expires_at > ${new Date(now).toISOString()}::timestamptz) as waits, (
          select v.id from invitation v where v.account_id = a.id and v.identity_id = i.id
          order by v.created_at desc, v.id desc limit 1) as invitation_id
      from account a join membership m on m.account_id = a.id and m.owner join identity i on i.id = m.identity_id
      where a.name = ${name} order by a.id limit 1`,
  );
}

function insertOwner(
  tx: Tx,
  accountId: string,
  roleId: string,
  { admin, who, sent }: { admin: NewCompany['admin']; who: Invitee; sent: SentInvitation },
): Promise<void> {
  const now = sent.sentAt;
  return insertPeople(tx, accountId, [
    {
      ...admin,
      contactId: newId(now),
      phone: '',
      jobTitle: '',
      shared: false,
      receivesNotifications: true,
      createdAt: now,
      membership: {
        identityId: who.identityId,
        roleId,
        owner: true,
        acceptedAt: null,
        suspendedAt: null,
        lastSignInAt: null,
      },
      invitation: sent,
    },
  ]);
}

async function renewInvitation(tx: Tx, accountId: string, sent: SentInvitation): Promise<void> {
  const [at, until] = [new Date(sent.sentAt).toISOString(), new Date(sent.expiresAt).toISOString()];
  await tx.execute(
    sql`update invitation set state = 'pending', kind = ${sent.kind}, invited_by = ${sent.invitedBy}, answered_at = null,
        sent_at = ${at}::timestamptz, expires_at = ${until}::timestamptz
      where account_id = ${accountId} and id = ${sent.id}`,
  );
}

/** Every company, by name. */
export function listCompanies(
  operator: Operator,
): Promise<{ id: string; name: string; owner: string | null }[]> {
  return operator.database.asService((tx) =>
    rows(
      tx,
      sql`select a.id, a.name, (select i.email from membership m join identity i on i.id = m.identity_id
          where m.account_id = a.id and m.owner) as owner from account a order by a.name, a.id`,
    ),
  );
}
