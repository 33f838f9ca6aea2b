import { type BuiltInRole, builtInRoles } from '../../../contract/permissions.ts';
import { builtInNames, builtInPermissions } from '../../../domain/roles.ts';
import type { Tx } from '../../db/database.ts';
import { account, role } from '../../db/schema.ts';
import { newId } from '../../ids.ts';

/** Built-in roles of an account that are rows of it. The owner is a flag, not a role: see `membership.owner`. */
export type AccountRole = Exclude<BuiltInRole, 'owner'>;
const accountRoles = builtInRoles.filter((key): key is AccountRole => key !== 'owner');

/**
 * Makes a company with its built-in roles, as the service (`asService`): an account cannot make another one by itself.
 *
 * @returns its id and those of its roles
 */
export async function createAccount(
  tx: Tx,
  input: {
    /** A new one when left out. */
    readonly id?: string;
    readonly name: string;
    readonly parentId?: string;
    /** Hours for which invitations are good; 72 by default. */
    readonly linkHours?: number;
    /** Milliseconds of UTC. */
    readonly now: number;
  },
): Promise<{ id: string; roles: Record<AccountRole, string> }> {
  const { name, parentId, linkHours, now } = input;
  const id = input.id ?? newId(now);
  const createdAt = new Date(now);
  await tx.insert(account).values({
    id,
    name,
    createdAt,
    ...(parentId === undefined ? {} : { parentId }),
    ...(linkHours === undefined ? {} : { linkHours }),
  });
  const made = accountRoles.map((key) => ({
    accountId: id,
    id: newId(now),
    key,
    name: builtInNames[key],
    permissions: [...builtInPermissions[key]],
    createdAt,
  }));
  await tx.insert(role).values(made);
  return {
    id,
    roles: Object.fromEntries(made.map((row) => [row.key, row.id])) as Record<AccountRole, string>,
  };
}
