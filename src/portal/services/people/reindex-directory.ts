import { type SQL, sql } from 'drizzle-orm';
import type { Database } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { withRetry } from '../../db/with-retry.ts';
import { directoryKeys } from './insert-people.ts';

/** Contacts of one transaction. */
const batch = 500;

/**
 * Writes the words of some directory rows that a migration listed in `directory_stale`. Their contacts are locked first, as whoever edits one
 * does; a row that another node has, or an editor, is left for the next call.
 *
 * @returns false when none is left to this node
 */
export function reindexDirectory(database: Pick<Database, 'asService'>): Promise<boolean> {
  return withRetry(() =>
    database.asService(async (tx) => {
      const stale = await rows<{
        account_id: string;
        contact_id: string;
        first_name: string;
        last_name: string;
        email: string;
        job_title: string;
      }>(
        tx,
        sql`select c.account_id, c.id as contact_id, c.first_name, c.last_name, c.email, c.job_title
          from directory_stale s join contact c on c.account_id = s.account_id and c.id = s.contact_id
          order by c.account_id, c.id limit ${batch} for no key update of c skip locked`,
      );
      if (stale.length === 0) return false;
      const written = stale.map((row) => ({
        account_id: row.account_id,
        contact_id: row.contact_id,
        words: directoryKeys({
          firstName: row.first_name,
          lastName: row.last_name,
          email: row.email,
          jobTitle: row.job_title,
        }).searchText,
      }));
      const list: SQL = sql`jsonb_to_recordset(${JSON.stringify(written)}::jsonb) w(account_id uuid, contact_id uuid, words text)`;
      await tx.execute(
        sql`update directory d set search_text = w.words from ${list}
          where d.account_id = w.account_id and d.contact_id = w.contact_id and d.search_text <> w.words`,
      );
      await tx.execute(
        sql`delete from directory_stale s using ${list} where s.account_id = w.account_id and s.contact_id = w.contact_id`,
      );
      return true;
    }),
  );
}
