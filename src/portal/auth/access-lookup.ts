import { createBatcher } from '../batcher.ts';
import type { Database } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { hashToken } from '../ids.ts';

/** Everything that authorizes a request, in one statement for all tokens that are asked for at once. */
export const findAccess: Statement = {
  name: 'find-access',
  text: `select t.token_hash, extract(epoch from t.expires_at) * 1000 as access_until, s.id as session_id, s.identity_id, s.key_id,
      s.account_id, s.device_thumbprint, s.device_key, s.device_name, s.platform,
      s.ended_at is not null as ended, extract(epoch from s.expires_at) * 1000 as session_until,
      extract(epoch from s.confirmed_at) * 1000 as confirmed_at, i.email, i.name, m.owner, to_json(r.permissions) as permissions
    from unnest($1::bytea[]) as asked(hash)
    join access_token t on t.token_hash = asked.hash
    join session s on s.id = t.session_id and s.account_id = t.account_id
    left join identity i on i.id = s.identity_id
    left join membership m on m.account_id = s.account_id and m.identity_id = s.identity_id
      and m.accepted_at is not null and m.suspended_at is null
    left join role r on r.account_id = m.account_id and r.id = m.role_id`,
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

/** PostgreSQL assumes ten elements of an array that it does not know, and plans anew, for half a millisecond, each time that it gets fewer. */
const assumedLength = 10;

/** What `findAccess` is given. */
export function accessParameters(hashes: readonly Uint8Array[]): [(Uint8Array | null)[]] {
  const missing = Math.max(0, assumedLength - hashes.length);
  return [[...hashes, ...Array<null>(missing).fill(null)]];
}

/**
 * Requests that arrive while a look-up is under way share the next one: a busy portal saves round trips. Nothing is kept, so that what was
 * withdrawn counts from the next request.
 */
export function createAccessLookup(database: Pick<Database, 'queries'>): AccessLookup {
  const hexadecimal = (hash: Uint8Array) => Buffer.from(hash).toString('hex');
  const batch = createBatcher<Buffer, AccessRow | undefined>(async (_key, hashes) => {
    const found = await run<AccessRow>(database.queries, findAccess, accessParameters(hashes));
    const rows = new Map(found.map((row) => [hexadecimal(row.token_hash), row]));
    return hashes.map((hash) => rows.get(hexadecimal(hash)));
  }, tokensTogether);
  return (token) => batch('', hashToken(token));
}
