import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import { removesLastAdministrator, type Standing } from '../../../domain/last-administrator.ts';
import { builtInPermissions, effectivePermissions } from '../../../domain/roles.ts';
import { rows } from '../../db/run.ts';
import type { ContactRow } from './contact-rows.ts';
import type { Desk } from './desk.ts';

/**
 * Refuses a change after which nobody could administer the company. `change` holds the account's lock, so that what is counted here
 * stays true until the change is committed.
 *
 * @param after the contact as it would be; null when it goes
 * @throws `last-administrator`
 */
export async function keepAnAdministrator(
  desk: Desk,
  row: ContactRow,
  after: Standing | null,
): Promise<void> {
  const before: Standing = {
    permissions: effectivePermissions(row.role_permissions, row.owner),
    active: row.accepted && !row.suspended,
    hasPassword: row.has_password,
  };
  // Most changes concern nobody who could administer: only then is counting needed.
  if (!removesLastAdministrator(before, after, 0)) return;
  const full = sql.param([...builtInPermissions.administrator]);
  const others = await rows(
    desk.tx,
    sql`select 1 from membership m
      join role r on r.account_id = m.account_id and r.id = m.role_id
      join identity i on i.id = m.identity_id
      where m.account_id = ${desk.accountId} and m.identity_id <> ${row.identity_id} and m.accepted_at is not null
        and m.suspended_at is null and i.has_password and (m.owner or r.permissions @> ${full}::text[])
      limit 1`,
  );
  if (removesLastAdministrator(before, after, others.length))
    throw new AldabaError('last-administrator', 'nobody else can administer the company');
}
