import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import type { Contact } from '../../../contract/portal/people.ts';
import type { Language } from '../../../contract/primitives.ts';
import { type Actor, allowedActions, type Target } from '../../../domain/permissions.ts';
import { effectivePermissions } from '../../../domain/roles.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';

/** Everything that is known of a contact: what the answer shows and what decisions need. Instants are milliseconds of UTC. */
export interface ContactRow extends Record<string, unknown> {
  readonly id: string;
  readonly identity_id: string | null;
  readonly email: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly phone: string;
  readonly job_title: string;
  readonly shared: boolean;
  readonly receives_notifications: boolean;
  readonly language: Language;
  readonly revision: number;
  readonly created_at: number;
  readonly state: Contact['state'];
  /** False also for a contact without membership. */
  readonly owner: boolean;
  readonly accepted: boolean;
  readonly suspended: boolean;
  readonly has_password: boolean;
  readonly association: boolean;
  readonly last_sign_in_at: number | null;
  readonly role_id: string;
  readonly role_key: string | null;
  readonly role_name: string;
  readonly role_permissions: string[];
  readonly invitation_id: string | null;
  readonly invitation_sent_at: number | null;
  readonly invitation_expires_at: number | null;
  readonly seats: Contact['seats'];
}

/**
 * The contacts of these ids, in their order; one that is gone is left out. Each is looked up by its keys ("limit 1" in a lateral join keeps
 * the planner from reading whole tables where it has no statistics, as in the embedded database).
 *
 * @param now milliseconds of UTC; an invitation that ended is shown as expired also before the directory was told
 */
export async function readContacts(
  tx: Tx,
  accountId: string,
  ids: readonly string[],
  now: number,
): Promise<ContactRow[]> {
  if (ids.length === 0) return [];
  const at = sql`${new Date(now).toISOString()}::timestamptz`;
  return rows<ContactRow>(
    tx,
    sql`select c.id, c.identity_id, c.email, c.first_name, c.last_name, c.phone, c.job_title, c.shared, c.receives_notifications,
        c.language, c.revision, (extract(epoch from c.created_at) * 1000)::float8 as created_at,
        case when d.state = 'invited' and v.expires_at <= ${at} then 'expired' else d.state end as state,
        coalesce(m.owner, false) as owner, m.accepted_at is not null as accepted, m.suspended_at is not null as suspended,
        coalesce(i.has_password, false) as has_password,
        -- Nobody learns of a mere invitee whether another company has them already.
        coalesce(m.accepted_at is not null and i.home_account_id <> c.account_id, false) as association,
        (extract(epoch from m.last_sign_in_at) * 1000)::float8 as last_sign_in_at,
        r.id as role_id, r.key as role_key, r.name as role_name, r.permissions as role_permissions,
        v.id as invitation_id, (extract(epoch from v.sent_at) * 1000)::float8 as invitation_sent_at,
        (extract(epoch from v.expires_at) * 1000)::float8 as invitation_expires_at, coalesce(s.seats, '[]') as seats
      from unnest(${sql.param([...ids])}::uuid[]) with ordinality wanted(id, position)
      cross join lateral (select * from contact where account_id = ${accountId} and id = wanted.id limit 1) c
      cross join lateral (select * from directory where account_id = ${accountId} and contact_id = c.id limit 1) d
      cross join lateral (select * from role where account_id = ${accountId} and id = d.role_id limit 1) r
      left join lateral (
        select * from membership where account_id = ${accountId} and identity_id = c.identity_id limit 1
      ) m on true
      left join lateral (select has_password, home_account_id from identity where id = m.identity_id limit 1) i on true
      left join lateral (
        select id, sent_at, expires_at from invitation v
        where v.account_id = c.account_id and v.contact_id = c.id and v.state in ('pending', 'expired')
          and m.accepted_at is null
        order by v.created_at desc, v.id desc limit 1
      ) v on true
      left join lateral (
        select jsonb_agg(jsonb_build_object('seatId', s.id, 'poolId', p.id, 'product', p.product_code, 'productName', o.name)
          order by o.name, s.id) as seats
        from seat s
        join pool p on p.account_id = s.account_id and p.id = s.pool_id
        join product o on o.code = p.product_code
        where s.account_id = c.account_id and s.contact_id = c.id
      ) s on true
      order by wanted.position`,
  );
}

/** Locks a contact for a change. @throws `not-found` also for one of another company */
export async function lockContact(tx: Tx, accountId: string, id: string, now: number): Promise<ContactRow> {
  await tx.execute(sql`select from contact where account_id = ${accountId} and id = ${id} for no key update`);
  const [row] = await readContacts(tx, accountId, [id], now);
  if (row === undefined) throw new AldabaError('not-found', 'no such contact');
  return row;
}

/** The contact as rules see it. */
export function targetOf(row: ContactRow, actorIdentityId: string): Target {
  return {
    permissions: effectivePermissions(row.role_permissions, row.owner),
    owner: row.owner,
    self: row.identity_id === actorIdentityId,
    state: row.state,
    seats: row.seats.length,
  };
}

/** The contact as the asker gets it. */
export function contactOf(row: ContactRow, actor: Actor, actorIdentityId: string): Contact {
  const target = targetOf(row, actorIdentityId);
  const { invitation_sent_at: sentAt, invitation_expires_at: expiresAt } = row;
  return {
    id: row.id,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    phone: row.phone,
    jobTitle: row.job_title,
    shared: row.shared,
    receivesNotifications: row.receives_notifications,
    state: row.state,
    owner: row.owner,
    association: row.association,
    self: target.self,
    role: { id: row.role_id, key: row.role_key, name: row.role_name },
    seats: row.seats,
    invitation:
      sentAt === null || expiresAt === null
        ? null
        : { sentAt: instant(sentAt), expiresAt: instant(expiresAt) },
    lastSignInAt: row.last_sign_in_at === null ? null : instant(row.last_sign_in_at),
    createdAt: instant(row.created_at),
    revision: row.revision,
    allowed: allowedActions(actor, target),
  };
}

function instant(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
