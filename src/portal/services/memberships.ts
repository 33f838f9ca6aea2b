import type { z } from 'zod';
import type { Permission } from '../../contract/permissions.ts';
import type { identitySchema, membershipSchema } from '../../contract/portal/profile.ts';
import type { Language } from '../../contract/primitives.ts';
import { effectivePermissions, givesAccess } from '../../domain/roles.ts';
import type { Queries, Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';

const listMemberships: Statement = {
  name: 'list-memberships',
  text: `select a.id as account_id, a.name as account_name, r.id as role_id, r.key as role_key, r.name as role_name, r.permissions, m.owner,
      i.home_account_id <> a.id as association, m.accepted_at is null as joins, i.id, i.email, i.name, i.language
    from membership m
    join identity i on i.id = m.identity_id
    join account a on a.id = m.account_id
    join role r on r.account_id = m.account_id and r.id = m.role_id
    where m.identity_id = $1 and m.suspended_at is null
      and (m.accepted_at is not null or exists (
        select from invitation v where v.account_id = m.account_id and v.identity_id = m.identity_id and v.kind = 'join'
          and v.state = 'pending' and v.expires_at > $2::timestamptz and invitation_stands(m.account_id, m.identity_id)))
    order by association, a.name, a.id`,
};

/** A company that a person may enter. */
export interface Entrance {
  readonly membership: z.output<typeof membershipSchema>;
  /** What it may do is the role's, and the owner's. */
  readonly roleId: string;
  readonly permissions: ReadonlySet<Permission>;
  /** The company invited the person to join, and entering it accepts that: see `acceptJoin`. */
  readonly joins: boolean;
}

/** A person with the companies that are open to them. */
export interface Entrant {
  /** Null: no company knows them. */
  readonly identity: z.output<typeof identitySchema> | null;
  readonly entrances: readonly Entrance[];
}

/**
 * The companies that a person may enter: accepted or invited to join, not suspended, with a role that gives access. The home first.
 *
 * @param now milliseconds of UTC
 */
export async function findEntrant(on: Queries | Tx, identityId: string, now: number): Promise<Entrant> {
  const found = await run<{
    account_id: string;
    account_name: string;
    role_id: string;
    role_key: string | null;
    role_name: string;
    permissions: string[];
    owner: boolean;
    association: boolean;
    joins: boolean;
    id: string;
    email: string;
    name: string;
    language: Language;
  }>(on, listMemberships, [identityId, new Date(now).toISOString()]);
  const [first] = found;
  const entrances = found.map((row) => ({
    membership: {
      account: { id: row.account_id, name: row.account_name },
      roleName: row.role_name,
      roleKey: row.role_key,
      association: row.association,
    },
    roleId: row.role_id,
    permissions: effectivePermissions(row.permissions, row.owner),
    joins: row.joins,
  }));
  return {
    identity:
      first === undefined
        ? null
        : { id: first.id, email: first.email, name: first.name, language: first.language },
    entrances: entrances.filter(({ permissions }) => givesAccess(permissions)),
  };
}

const join: Statement = {
  name: 'accept-join',
  text: `with person as (select id from identity where id = $2::uuid for share),
    entered as (
      update membership m set accepted_at = $3::timestamptz from person
      where m.account_id = $1::uuid and m.identity_id = person.id and m.accepted_at is null and m.suspended_at is null returning 1),
    accepted as (update invitation set state = 'accepted', answered_at = $3::timestamptz
      where account_id = $1::uuid and identity_id = $2::uuid and kind = 'join' and state = 'pending' and expires_at > $3::timestamptz
        and exists (select from entered) and invitation_stands($1::uuid, $2::uuid)
      returning 1)
    select exists (select from entered) = exists (select from accepted) as stands`,
};

/**
 * Entering a company for the first time accepts its invitation to join: who has a password already needs no other link. The person is
 * locked before the membership, as everywhere.
 *
 * @returns false when the invitation was taken back since it was looked up: the transaction has to be undone
 */
export async function acceptJoin(
  tx: Tx,
  who: { accountId: string; identityId: string },
  now: number,
): Promise<boolean> {
  const [row] = await run<{ stands: boolean }>(tx, join, [
    who.accountId,
    who.identityId,
    new Date(now).toISOString(),
  ]);
  return row?.stands === true;
}
