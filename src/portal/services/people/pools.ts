import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import type { Pool } from '../../../contract/portal/people.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { type Holder, listHolders as holdersOf } from '../leases/holders.ts';
import type { PersonCall } from '../sessions.ts';
import { change } from './desk.ts';

/** The pools of the company: bought, used, free. */
export async function listPools({ portal, principal }: PersonCall): Promise<{ pools: Pool[] }> {
  const { accountId } = principal;
  const reader = { accountId, now: portal.clock.now(), buyUrl: portal.settings.buyUrl };
  return { pools: await portal.database.inAccount(accountId, (tx) => readPools(tx, reader)) };
}

/**
 * For how long seats of a floating pool are lent from now on; 0 = not at all. What is borrowed stays as it was lent. Twice the same is no
 * error.
 *
 * @throws `not-found` also for a pool of another company, `borrow-unavailable` (named: a seat of it works without network anyway)
 */
export function setBorrowDays(
  call: PersonCall,
  { poolId, borrowDays }: { poolId: string; borrowDays: number },
): Promise<Pool> {
  return change(call, async ({ tx, accountId, now, audit }) => {
    const [before] = await rows<{ kind: 'named' | 'floating'; product: string; days: number }>(
      tx,
      sql`select kind, product_code as product, borrow_days as days from pool
        where account_id = ${accountId} and id = ${poolId} for no key update`,
    );
    if (before === undefined) throw new AldabaError('not-found', 'no such pool');
    const { kind, product, days } = before;
    if (kind === 'named') throw new AldabaError('borrow-unavailable', 'named', { product });
    if (days !== borrowDays) {
      await tx.execute(
        sql`update pool set borrow_days = ${borrowDays} where account_id = ${accountId} and id = ${poolId}`,
      );
    }
    const [pool] = await readPools(tx, { accountId, now, buyUrl: call.portal.settings.buyUrl }, poolId);
    if (pool === undefined) throw new Error('the pool is locked');
    if (days !== borrowDays)
      await audit(
        'pool.lending-changed',
        { kind: 'pool', id: poolId, product },
        { before: { borrowDays: days }, after: { borrowDays } },
      );
    return pool;
  });
}

/** All pools of a company, or one. A running lease uses a place of a floating pool as `claimFloatingSeat` counts it. */
async function readPools(
  tx: Tx,
  { accountId, now, buyUrl }: { accountId: string; now: number; buyUrl: string },
  poolId?: string,
): Promise<Pool[]> {
  const at = sql`${new Date(now).toISOString()}::timestamptz`;
  const found = await rows<{
    id: string;
    product_code: string;
    name: string;
    kind: 'named' | 'floating';
    total: number;
    used: number;
    open: boolean;
    ends_at: number | null;
    borrow_days: number;
    buy_url: string;
  }>(
    tx,
    sql`select p.id, p.product_code, o.name, p.kind, p.total, p.borrow_days, p.buy_url, (extract(epoch from p.ends_at) * 1000)::float8 as ends_at,
          case p.kind
            when 'named' then (select count(*) from seat s where s.account_id = p.account_id and s.pool_id = p.id)
            else (select count(distinct (l.holder_id, l.device_thumbprint)) from lease l
              where l.account_id = p.account_id and l.pool_id = p.id and l.ended_at is null and l.expires_at > ${at})
          end::int as used,
          p.starts_at <= ${at} and coalesce(p.ends_at > ${at}, true) as open
        from pool p join product o on o.code = p.product_code
        where p.account_id = ${accountId}${poolId === undefined ? sql`` : sql` and p.id = ${poolId}`}
        order by o.name, p.kind, open desc, p.id`,
  );
  return found.map((row) => ({
    id: row.id,
    product: row.product_code,
    productName: row.name,
    kind: row.kind,
    total: row.total,
    used: row.used,
    available: Math.max(0, row.total - row.used),
    open: row.open,
    endsAt: row.ends_at === null ? null : new Date(row.ends_at).toISOString(),
    borrowDays: row.kind === 'floating' ? row.borrow_days : 0,
    buyUrl: row.buy_url || buyUrl,
  }));
}

/** Who runs something of a pool now. @throws `not-found` also for a pool of another company */
export async function listHolders(
  { portal, principal }: PersonCall,
  poolId: string,
): Promise<{ holders: Holder[] }> {
  const { accountId } = principal;
  return portal.database.inAccount(accountId, async (tx) => {
    const pool = await rows(tx, sql`select 1 from pool where account_id = ${accountId} and id = ${poolId}`);
    if (pool.length === 0) throw new AldabaError('not-found', 'no such pool');
    return { holders: await holdersOf(tx, accountId, [poolId], portal.clock.now()) };
  });
}
