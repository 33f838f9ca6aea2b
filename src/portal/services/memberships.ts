import type { z } from 'zod';
import type { Permission } from '../../contract/permissions.ts';
import type { membershipSchema } from '../../contract/portal/sessions.ts';
import { effectivePermissions, givesAccess } from '../../domain/roles.ts';
import type { Queries, Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';

const listMemberships: Statement = {
  name: 'list-memberships',
  text: `select a.id as account_id, a.name as account_name, r.key as role_key, r.name as role_name, r.permissions, m.owner,
      i.home_account_id <> a.id as association
    from membership m
    join identity i on i.id = m.identity_id
    join account a on a.id = m.account_id
    join role r on r.account_id = m.account_id and r.id = m.role_id
    where m.identity_id = $1 and m.accepted_at is not null and m.suspended_at is null
    order by association, a.name, a.id`,
};

/** A company that a person may enter. */
export interface Entrance {
  readonly membership: z.output<typeof membershipSchema>;
  readonly permissions: ReadonlySet<Permission>;
}

/** The companies that a person may enter: accepted, not suspended, with a role that gives access. The home first. */
export async function entrances(on: Queries | Tx, identityId: string): Promise<Entrance[]> {
  const found = await run<{
    account_id: string;
    account_name: string;
    role_key: string | null;
    role_name: string;
    permissions: string[];
    owner: boolean;
    association: boolean;
  }>(on, listMemberships, [identityId]);
  return found
    .map((row) => ({
      membership: {
        account: { id: row.account_id, name: row.account_name },
        roleName: row.role_name,
        roleKey: row.role_key,
        association: row.association,
      },
      permissions: effectivePermissions(row.permissions, row.owner),
    }))
    .filter(({ permissions }) => givesAccess(permissions));
}
