import { type SQL, sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import type { Language } from '../../../contract/primitives.ts';
import { normalizeEmail } from '../../../domain/email.ts';
import { type Searchable, searchWords } from '../../../domain/search-words.ts';
import { nameSortKey } from '../../../domain/sort-key.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';

/** What is written down of a person. */
export interface PersonData {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly phone: string;
  readonly jobTitle: string;
  readonly shared: boolean;
  readonly receivesNotifications: boolean;
  readonly language: Language;
}

/** A contact to be, with its way in. Instants are milliseconds of UTC. */
export interface NewPerson extends PersonData {
  readonly contactId: string;
  readonly createdAt: number;
  /** Null: somebody of the directory who only receives notifications (B11). */
  readonly membership: {
    readonly identityId: string;
    readonly roleId: string;
    readonly owner: boolean;
    readonly acceptedAt: number | null;
    readonly suspendedAt: number | null;
    readonly lastSignInAt: number | null;
  } | null;
  /** Of a member alone. */
  readonly invitation: {
    readonly id: string;
    readonly kind: 'activate' | 'join';
    readonly invitedBy: string | null;
    readonly sentAt: number;
    readonly expiresAt: number;
  } | null;
}

/** Keys by which the directory sorts and finds a contact; whoever changes a name or a job title writes them again. */
export function directoryKeys(person: Searchable) {
  return {
    nameKey: nameSortKey(person),
    emailKey: normalizeEmail(person.email),
    searchText: searchWords(person)
      .map((word) => ` ${word}`)
      .join(''),
  };
}

/**
 * Writes contacts with their memberships, invitations and directory rows: the only place that makes a contact. Four statements however
 * many people, so an import uses it too. Mails nobody.
 *
 * @throws `contact-exists` when the account has a contact or a member of one of these addresses; nothing is to be kept then
 */
export async function insertPeople(tx: Tx, accountId: string, people: readonly NewPerson[]): Promise<void> {
  const contacts = people.map(({ membership, invitation, ...person }) => ({
    ...person,
    ...directoryKeys(person),
    identityId: membership?.identityId ?? null,
  }));
  const members = people.flatMap(({ membership, createdAt }) =>
    membership === null ? [] : [{ ...membership, createdAt }],
  );
  const invitations = people.flatMap(({ membership, invitation, contactId, email }) =>
    membership === null || invitation === null
      ? []
      : [{ ...membership, ...invitation, contactId, email, emailKey: normalizeEmail(email) }],
  );

  await insertAll(tx, members, (list) => [
    sql`insert into membership (account_id, identity_id, role_id, owner, accepted_at, suspended_at, last_sign_in_at, created_at)
      select ${accountId}, "identityId", "roleId", owner, to_timestamp("acceptedAt" / 1000), to_timestamp("suspendedAt" / 1000),
        to_timestamp("lastSignInAt" / 1000), to_timestamp("createdAt" / 1000)
      from jsonb_to_recordset(${list}::jsonb) m("identityId" uuid, "roleId" uuid, owner boolean, "acceptedAt" float8,
        "suspendedAt" float8, "lastSignInAt" float8, "createdAt" float8)
      on conflict do nothing`,
    'contact-exists',
  ]);
  await insertAll(tx, contacts, (list) => [
    sql`insert into contact (account_id, id, identity_id, email, email_normalized, first_name, last_name, phone, job_title, shared,
        receives_notifications, language, created_at, updated_at)
      select ${accountId}, "contactId", "identityId", email, "emailKey", "firstName", "lastName", phone, "jobTitle", shared,
        "receivesNotifications", language, to_timestamp("createdAt" / 1000), to_timestamp("createdAt" / 1000)
      from jsonb_to_recordset(${list}::jsonb) c("contactId" uuid, "identityId" uuid, email text, "emailKey" text, "firstName" text,
        "lastName" text, phone text, "jobTitle" text, shared boolean, "receivesNotifications" boolean, language text,
        "createdAt" float8)
      on conflict do nothing`,
    'contact-exists',
  ]);
  await insertAll(tx, invitations, (list) => [
    sql`insert into invitation (account_id, id, kind, email, email_normalized, identity_id, contact_id, role_id, invited_by, sent_at,
        expires_at, created_at)
      select ${accountId}, id, kind, email, "emailKey", "identityId", "contactId", "roleId", "invitedBy", to_timestamp("sentAt" / 1000),
        to_timestamp("expiresAt" / 1000), to_timestamp("sentAt" / 1000)
      from jsonb_to_recordset(${list}::jsonb) i(id uuid, kind text, email text, "emailKey" text, "identityId" uuid, "contactId" uuid,
        "roleId" uuid, "invitedBy" uuid, "sentAt" float8, "expiresAt" float8)`,
    'contact-exists',
  ]);
  // Last, when all that a directory row is made of is there.
  await insertAll(tx, contacts, (list) => [
    sql`insert into directory (account_id, contact_id, name_key, email_key, role_id, role_key, state, created_at, last_sign_in_at,
        search_text)
      select f.account_id, f.contact_id, "nameKey", "emailKey", f.role_id, f.role_key, f.state, to_timestamp("createdAt" / 1000),
        f.last_sign_in_at, "searchText"
      from jsonb_to_recordset(${list}::jsonb) c("contactId" uuid, "nameKey" text, "emailKey" text, "searchText" text, "createdAt" float8)
      join directory_facts f on f.account_id = ${accountId} and f.contact_id = "contactId"`,
    'internal',
  ]);
}

/** Runs an insert over a list; fewer rows than the list has is the error that `statement` names. */
async function insertAll(
  tx: Tx,
  list: readonly object[],
  statement: (json: string) => [insert: SQL, otherwise: 'contact-exists' | 'internal'],
): Promise<void> {
  if (list.length === 0) return;
  const [insert, otherwise] = statement(JSON.stringify(list));
  const [added] = await rows<{ n: number }>(
    tx,
    sql`with added as (${insert} returning 1) select count(*)::int as n from added`,
  );
  if (added?.n !== list.length)
    throw new AldabaError(otherwise, `${added?.n} of ${list.length} rows written`);
}
