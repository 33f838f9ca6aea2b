import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import { isVersionCovered } from '../../../domain/version-range.ts';
import type { Principal } from '../../context.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { versionRange } from './grant.ts';

/** A pool from which the caller may take a seat for the product. */
export interface PoolForUse {
  readonly id: string;
  readonly kind: 'named' | 'floating';
  /** The caller's seat, in a named pool. */
  readonly seatId: string | null;
  readonly devicesPerSeat: number;
  readonly features: string[];
  readonly versionFrom: string | null;
  readonly versionTo: string | null;
  /** Milliseconds of UTC; null = never. */
  readonly endsAt: number | null;
  /** The caller runs something from it on this device now. */
  readonly inUse: boolean;
  /** Most days that a floating seat is lent for. */
  readonly borrowDays: number;
}

export interface ProductForUse {
  readonly product: string;
  readonly productName: string;
  readonly accountName: string;
  /**
   * The one from which the device borrowed the product comes first: it keeps what it has. Then those with most of the asked features; among
   * them the caller's named seats, then floating pools: those in use, then in one order for everybody.
   */
  readonly pools: readonly PoolForUse[];
}

/**
 * Where a seat for the product can come from: the account's pools of it or of a suite that contains it; with a cloud key, those of the key.
 *
 * @throws `product-unknown` (no such product, or the company or key has none of it), `version-not-covered`,
 *   `no-seat-assigned` (all of its seats are named, and none is the caller's)
 */
export async function findPools(
  tx: Tx,
  principal: Principal,
  asked: { product: string; version: string; features: readonly string[] },
  now: number,
): Promise<ProductForUse> {
  const { accountId, device } = principal;
  const identityId = principal.kind === 'person' ? principal.identityId : null;
  const keyId = principal.kind === 'key' ? principal.keyId : null;
  const at = new Date(now).toISOString();
  const found = await rows<PoolRow>(
    tx,
    sql`select pr.name as product_name, a.name as account_name, p.id, p.kind, s.id as seat_id, p.devices_per_seat, p.features,
        p.version_from, p.version_to, (extract(epoch from p.ends_at) * 1000)::float8 as ends_at, p.borrow_days, u.in_use
      from product pr
      join account a on a.id = ${accountId}
      left join pool p on p.account_id = a.id
        and (p.product_code = pr.code or exists (select from suite_product sp
          where sp.suite_code = p.product_code and sp.product_code = pr.code))
        and p.starts_at <= ${at}::timestamptz and (p.ends_at is null or p.ends_at > ${at}::timestamptz)
        and (${keyId}::uuid is null or exists (select from license_key_pool k
          where k.account_id = p.account_id and k.key_id = ${keyId}::uuid and k.pool_id = p.id))
      left join contact c on c.account_id = a.id and c.identity_id = ${identityId}::uuid
      left join seat s on s.account_id = a.id and s.pool_id = p.id and s.contact_id = c.id
      left join lateral (
        select count(*) > 0 as in_use, count(*) filter (where l.kind = 'borrow' and l.product_code = pr.code) > 0 as borrowed
        from lease l where l.account_id = p.account_id and l.pool_id = p.id and l.ended_at is null
          and l.expires_at > ${at}::timestamptz and l.device_thumbprint = ${device.thumbprint}
          and l.holder_id = ${identityId ?? keyId}::uuid) u on true
      where pr.code = ${asked.product}
      order by u.borrowed desc, cardinality(array(select unnest(p.features) intersect select unnest(${sql.param([...asked.features])}::text[]))) desc,
        p.kind = 'named' desc, u.in_use desc, p.id`,
  );
  const product = found[0];
  const pools = found.filter((row): row is PoolRow & { id: string } => row.id !== null).map(poolForUse);
  if (product === undefined || pools.length === 0)
    throw new AldabaError('product-unknown', `no pool of ${asked.product}`, { product: asked.product });
  const data = { product: product.product_name };
  const covered = pools.filter((pool) => isVersionCovered(asked.version, versionRange(pool)));
  if (covered.length === 0)
    throw new AldabaError('version-not-covered', `${asked.product} ${asked.version}`, data);
  const usable = covered.filter((pool) => pool.kind === 'floating' || pool.seatId !== null);
  if (usable.length === 0) throw new AldabaError('no-seat-assigned', asked.product, data);
  return {
    product: asked.product,
    productName: product.product_name,
    accountName: product.account_name,
    pools: usable,
  };
}

interface PoolRow extends Record<string, unknown> {
  product_name: string;
  account_name: string;
  id: string | null;
  kind: 'named' | 'floating';
  seat_id: string | null;
  devices_per_seat: number;
  features: string[];
  version_from: string | null;
  version_to: string | null;
  ends_at: number | null;
  in_use: boolean;
  borrow_days: number;
}

function poolForUse(row: PoolRow & { id: string }): PoolForUse {
  return {
    id: row.id,
    kind: row.kind,
    seatId: row.seat_id,
    devicesPerSeat: row.devices_per_seat,
    features: row.features,
    versionFrom: row.version_from,
    versionTo: row.version_to,
    endsAt: row.ends_at,
    inUse: row.in_use,
    borrowDays: row.borrow_days,
  };
}
