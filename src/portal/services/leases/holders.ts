import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import type { holderSchema } from '../../../contract/portal/licenses.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';

export type Holder = z.output<typeof holderSchema>;

interface HolderRow extends Record<string, unknown> {
  id: string;
  name: string;
  device_name: string;
  product_code: string;
  kind: string;
  since: number;
  expires_at: number;
}

/** Who runs something from these pools now, longest first. A key is called by its label. Whether the caller may know is the caller's matter. */
export async function listHolders(
  tx: Tx,
  accountId: string,
  poolIds: readonly string[],
  now: number,
): Promise<Holder[]> {
  const found = await rows<HolderRow>(
    tx,
    sql`select l.id, coalesce(nullif(l.holder_name, ''), nullif(k.label, ''), k.prefix, '') as name, l.device_name, l.product_code,
        l.kind, (extract(epoch from l.acquired_at) * 1000)::float8 as since,
        (extract(epoch from l.expires_at) * 1000)::float8 as expires_at
      from lease l
      left join license_key k on k.account_id = l.account_id and k.id = l.key_id
      where l.account_id = ${accountId} and l.pool_id = any(${sql.param([...poolIds])}::uuid[]) and l.ended_at is null
        and l.expires_at > ${new Date(now).toISOString()}::timestamptz
      order by l.acquired_at, l.id limit 1000`,
  );
  return found.map((row) => ({
    leaseId: row.id,
    name: row.name,
    device: row.device_name,
    product: row.product_code,
    since: new Date(row.since).toISOString(),
    expiresAt: new Date(row.expires_at).toISOString(),
    borrowed: row.kind === 'borrow',
  }));
}
