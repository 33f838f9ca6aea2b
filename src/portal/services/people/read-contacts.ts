import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import type { Contact } from '../../../contract/portal/people.ts';
import type { Person, Portal } from '../../context.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { withRetry } from '../../db/with-retry.ts';
import { contactOf, readContacts } from './contact-rows.ts';
import type { DirectoryQuery } from './directory-cursor.ts';
import { directoryPage } from './directory-page.ts';

/** Who reads, and where. */
export interface Reader {
  readonly portal: Pick<Portal, 'database' | 'clock'>;
  readonly principal: Pick<Person, 'accountId' | 'identityId' | 'permissions'>;
}

export interface ContactPage {
  contacts: Contact[];
  next: string | null;
  previous: string | null;
  total: number;
  offset: number;
}

/** One page of the company's directory (A7); rows, total and position tell of one moment. */
export async function listContacts(
  { portal, principal }: Reader,
  query: DirectoryQuery,
): Promise<ContactPage> {
  const { accountId, identityId } = principal;
  const { database } = portal;
  const now = portal.clock.now();
  const read = () =>
    database.inAccount(accountId, async (tx): Promise<ContactPage | null> => {
      await tx.setTransaction({ isolationLevel: 'repeatable read', accessMode: 'read only' });
      if (await hasEndedInvitations(tx, accountId, now)) return null;
      const { ids, ...page } = await directoryPage(tx, accountId, query);
      const found = await readContacts(tx, accountId, ids, now);
      return { ...page, contacts: found.map((row) => contactOf(row, principal, identityId)) };
    });
  for (;;) {
    const page = await read();
    if (page !== null) return page;
    await withRetry(() => database.inAccount(accountId, (tx) => expireInvitations(tx, accountId, now)));
  }
}

/** @throws `not-found` also for a contact of another company */
export async function getContact({ portal, principal }: Reader, id: string): Promise<Contact> {
  const { accountId, identityId } = principal;
  const [row] = await portal.database.inAccount(accountId, (tx) =>
    readContacts(tx, accountId, [id], portal.clock.now()),
  );
  if (row === undefined) throw new AldabaError('not-found', 'no such contact');
  return contactOf(row, principal, identityId);
}

async function hasEndedInvitations(tx: Tx, accountId: string, now: number): Promise<boolean> {
  const found = await rows(
    tx,
    // In the order of the index of what is due, so that one entry of it is the answer.
    sql`select 1 from invitation where account_id = ${accountId} and state = 'pending'
      and expires_at <= ${new Date(now).toISOString()}::timestamptz order by expires_at limit 1`,
  );
  return found.length > 0;
}

/**
 * Time passes without anybody writing, and a page is filtered, sorted and counted by state: whoever looks first after the
 * end of an invitation writes it down (D5).
 */
async function expireInvitations(tx: Tx, accountId: string, now: number): Promise<void> {
  await tx.execute(
    sql`update invitation set state = 'expired' where account_id = ${accountId} and state = 'pending'
      and expires_at <= ${new Date(now).toISOString()}::timestamptz`,
  );
}
