import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import type { Permission } from '../../../contract/permissions.ts';
import type { Contact } from '../../../contract/portal/people.ts';
import { type ContactAction, refusal } from '../../../domain/permissions.ts';
import { effectivePermissions } from '../../../domain/roles.ts';
import { audit } from '../../audit/audit.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import type { JsonObject } from '../../db/schema.ts';
import { withRetry } from '../../db/with-retry.ts';
import { actorOf, type PersonCall } from '../sessions.ts';
import { type ContactRow, contactOf, lockContact, readContacts, targetOf } from './contact-rows.ts';

/** One administrator's change to their company: who asks, what they may do now, and the transaction in which it happens. */
export interface Desk {
  readonly call: PersonCall;
  readonly tx: Tx;
  readonly accountId: string;
  readonly accountName: string;
  /** Hours for which this company's links are good (D5). */
  readonly linkHours: number;
  /** Milliseconds of UTC. */
  readonly now: number;
  /** What the actor may do, read under the account's lock: it may have changed since the request came in. */
  readonly actor: { readonly permissions: ReadonlySet<Permission> };
  /** Writes what was done at the end of the account's chain. Last in a change: the chain stays locked until the transaction ends. */
  audit(
    action: string,
    subject: JsonObject,
    change?: { before?: JsonObject; after?: JsonObject },
  ): Promise<void>;
}

/**
 * Does a change to the people of the caller's company: one transaction under the account's row lock, so that two changes that are each
 * harmless alone cannot together take the last administrator away. Mail that it wrote is sent after the commit.
 *
 * @throws `session-ended` when the actor was suspended or deleted meanwhile, and whatever the work throws; nothing is kept then
 */
export async function change<T>(call: PersonCall, work: (desk: Desk) => Promise<T>): Promise<T> {
  const { portal, principal, request } = call;
  const { accountId } = principal;
  const result = await withRetry(() =>
    portal.database.inAccount(accountId, async (tx) => {
      const now = portal.clock.now();
      const [account] = await rows<{ name: string; link_hours: number }>(
        tx,
        sql`select name, link_hours from account where id = ${accountId} for no key update`,
      );
      if (account === undefined) throw new AldabaError('session-ended', 'the account is gone');
      return work({
        call,
        tx,
        accountId,
        accountName: account.name,
        linkHours: account.link_hours,
        now,
        actor: { permissions: await permissionsNow(tx, accountId, principal.identityId) },
        audit: (action, subject, { before, after } = {}) =>
          audit(tx, {
            accountId,
            at: now,
            action,
            actor: actorOf(principal),
            subject,
            before,
            after,
            address: request.address,
            device: principal.device.thumbprint,
            requestId: request.id,
          }),
      });
    }),
  );
  portal.wakeMail();
  return result;
}

/**
 * The contact that a change is about, locked, when the rules let the actor do this to it.
 *
 * @throws `not-found` also for one of another company, and what `refusal` answers
 */
export async function contactFor(desk: Desk, action: ContactAction, id: string): Promise<ContactRow> {
  const row = await lockContact(desk.tx, desk.accountId, id, desk.now);
  refuse(desk, action, row);
  return row;
}

/** @throws what `refusal` answers */
export function refuse({ actor, call }: Desk, action: ContactAction, row: ContactRow): void {
  const refused = refusal(actor, action, targetOf(row, call.principal.identityId));
  if (refused !== null) throw new AldabaError(refused, action);
}

/** The contact as it is after the change. */
export async function answer({ tx, accountId, now, actor, call }: Desk, id: string): Promise<Contact> {
  const [row] = await readContacts(tx, accountId, [id], now);
  if (row === undefined) throw new AldabaError('not-found', 'the contact went away');
  return contactOf(row, actor, call.principal.identityId);
}

async function permissionsNow(
  tx: Tx,
  accountId: string,
  identityId: string,
): Promise<ReadonlySet<Permission>> {
  const [member] = await rows<{ permissions: string[]; owner: boolean }>(
    tx,
    sql`select r.permissions, m.owner from membership m
      join role r on r.account_id = m.account_id and r.id = m.role_id
      where m.account_id = ${accountId} and m.identity_id = ${identityId} and m.accepted_at is not null
        and m.suspended_at is null`,
  );
  if (member === undefined) throw new AldabaError('session-ended', 'no active membership any more');
  return effectivePermissions(member.permissions, member.owner);
}
