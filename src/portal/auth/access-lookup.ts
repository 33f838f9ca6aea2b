import DataLoader from 'dataloader';
import type { Database } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { hashToken } from '../ids.ts';

/** Everything that authorizes a request, in one statement for all tokens that are asked for at once. */
export const findAccess: Statement = {
  name: 'find-access',
  text: `select t.token_hash, extract(epoch from t.expires_at) * 1000 as access_until, s.id as session_id, s.identity_id, s.key_id,
      s.account_id, s.device_thumbprint, s.device_key, s.device_name, s.platform,
      s.ended_at is not null as ended, extract(epoch from s.expires_at) * 1000 as session_until,
      extract(epoch from s.confirmed_at) * 1000 as confirmed_at, i.email, i.name, m.owner, r.permissions
    from access_token t
    join session s on s.id = t.session_id
    left join identity i on i.id = s.identity_id
    left join membership m on m.account_id = s.account_id and m.identity_id = s.identity_id
      and m.accepted_at is not null and m.suspended_at is null
    left join role r on r.account_id = m.account_id and r.id = m.role_id
    where t.token_hash = any($1::bytea[])`,
};

export interface AccessRow {
  token_hash: Uint8Array;
  access_until: string;
  session_id: string;
  identity_id: string | null;
  key_id: string | null;
  account_id: string;
  device_thumbprint: string;
  device_key: string;
  device_name: string;
  platform: string;
  ended: boolean;
  session_until: string;
  confirmed_at: string | null;
  email: string | null;
  name: string | null;
  owner: boolean | null;
  permissions: string[] | null;
}

/** @returns what an access token opens now, expired or not; undefined for an unknown one */
export type AccessLookup = (token: string) => Promise<AccessRow | undefined>;

/** Tokens that one statement looks up at most. */
const tokensTogether = 50;

/**
 * Requests that arrive in the same turn of the event loop share a statement: a busy portal saves round trips, and nobody waits for
 * another's. Nothing is kept, so that what was withdrawn counts from the next request.
 */
export function createAccessLookup(database: Pick<Database, 'queries'>): AccessLookup {
  const hexadecimal = (hash: Uint8Array) => Buffer.from(hash).toString('hex');
  const loader = new DataLoader<Buffer, AccessRow | undefined>(
    async (hashes) => {
      const found = await run<AccessRow>(database.queries, findAccess, [hashes]);
      const rows = new Map(found.map((row) => [hexadecimal(row.token_hash), row]));
      return hashes.map((hash) => rows.get(hexadecimal(hash)));
    },
    { cache: false, maxBatchSize: tokensTogether, batchScheduleFn: setImmediate },
  );
  return (token) => loader.load(hashToken(token));
}
