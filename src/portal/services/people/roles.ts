import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { AldabaError } from '../../../contract/errors.ts';
import {
  type BuiltInRole,
  builtInRoles,
  type Permission,
  permissions,
} from '../../../contract/permissions.ts';
import type { roleSchema } from '../../../contract/portal/people.ts';
import { type Actor, grantRefusal, mayGrant } from '../../../domain/permissions.ts';
import { builtInOrder, effectivePermissions, isAssignable } from '../../../domain/roles.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import type { PersonCall } from '../sessions.ts';

export interface Role {
  readonly id: string;
  readonly key: BuiltInRole | null;
  readonly name: string;
  readonly permissions: ReadonlySet<Permission>;
}

interface RoleRow extends Record<string, unknown> {
  id: string;
  key: string | null;
  name: string;
  permissions: string[];
}

function roleOf(row: RoleRow): Role {
  const key = builtInRoles.find((known) => known === row.key) ?? null;
  return { id: row.id, key, name: row.name, permissions: effectivePermissions(row.permissions, false) };
}

/**
 * A role that the actor may give to this contact.
 *
 * @param shared the contact is a mailbox of several people (A15)
 * @throws `not-found`, `role-not-given`, `role-exceeds-own`, `shared-identity-not-administrator`
 */
export async function roleToGive(
  tx: Tx,
  accountId: string,
  roleId: string,
  actor: Actor,
  shared: boolean,
): Promise<Role> {
  const [row] = await rows<RoleRow>(
    tx,
    sql`select id, key, name, permissions from role where account_id = ${accountId} and id = ${roleId}`,
  );
  if (row === undefined) throw new AldabaError('not-found', 'no such role');
  const role = roleOf(row);
  if (!isAssignable(role.key))
    throw new AldabaError('role-not-given', `${role.name} is not given to contacts`);
  const refused = grantRefusal(actor, role.permissions, shared);
  if (refused !== null) throw new AldabaError(refused, `role ${role.name}`);
  return role;
}

/** The roles of the company with what each may do and how many have it, most powerful first, own ones by name. */
export async function listRoles({ portal, principal }: PersonCall): Promise<{
  roles: z.output<typeof roleSchema>[];
  helpUrl: string;
}> {
  const { accountId } = principal;
  const found = await portal.database.inAccount(accountId, (tx) =>
    rows<RoleRow & { members: number }>(
      tx,
      sql`select r.id, r.key, r.name, r.permissions,
          (select coalesce(sum(c.n), 0)::int from directory_count c where c.account_id = r.account_id and c.role_id = r.id) as members
        from role r where r.account_id = ${accountId} order by lower(r.name), r.id`,
    ),
  );
  const roles = found.map((row) => ({ role: roleOf(row), members: row.members }));
  const order = ({ key }: Role) => (key === null ? builtInRoles.length : builtInOrder(key));
  roles.sort((a, b) => order(a.role) - order(b.role));
  return {
    roles: roles.map(({ role, members }) => ({
      id: role.id,
      key: role.key,
      name: role.name,
      permissions: permissions.filter((permission) => role.permissions.has(permission)),
      builtIn: role.key !== null,
      mayAssign: isAssignable(role.key) && mayGrant(principal, role.permissions),
      members,
    })),
    helpUrl: portal.settings.roleHelpUrl,
  };
}
