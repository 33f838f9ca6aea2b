import { createHash, randomBytes } from 'node:crypto';
import { and, eq, isNull, sql } from 'drizzle-orm';
import { AldabaError } from '../../contract/errors.ts';
import {
  formatLicenseKey,
  licenseKeyPrefix,
  licenseKeyRandomBytes,
  parseLicenseKey,
} from '../../domain/license-key.ts';
import type { Tx } from '../db/database.ts';
import { rows } from '../db/run.ts';
import { licenseKey, licenseKeyPool } from '../db/schema.ts';
import { newId } from '../ids.ts';
import { endSessions } from './end-sessions.ts';
import { endLeases } from './leases/end-leases.ts';

/** A cloud key that may be entered with. */
export interface FoundKey {
  readonly keyId: string;
  readonly accountId: string;
  readonly accountName: string;
  /** Product codes that it opens. */
  readonly products: string[];
}

/** What is stored of a key. 110 random bits need no salt and no slow hash. */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/**
 * A device counts as using a cloud key for this long after it entered last. While it runs it comes back every few minutes (its access
 * token is good for 10 min), so that one that was thrown away or made anew leaves its place after a day.
 */
const presentMilliseconds = 86_400_000;

/**
 * The cloud key as typed by a person, or null when there is none, it ended, or it is not a cloud key. Runs in `asService`; the key's row
 * stays locked, so that the number of its devices holds at any concurrency.
 *
 * @throws `device-limit` when it is in use on as many other devices as it may be
 */
export async function findKey(
  tx: Tx,
  key: string,
  device: { thumbprint: string },
  now: number,
): Promise<FoundKey | null> {
  const text = parseLicenseKey(key);
  if (text === undefined) return null;
  const at = sql`${new Date(now).toISOString()}::timestamptz`;
  const [found] = await rows<{
    id: string;
    account_id: string;
    account_name: string;
    device_limit: number | null;
  }>(
    tx,
    sql`select k.id, k.account_id, a.name as account_name, k.device_limit
      from license_key k join account a on a.id = k.account_id
      where k.key_hash = ${hashKey(text)} and k.kind = 'cloud' and k.revoked_at is null
        and (k.ends_at is null or k.ends_at > ${at})
      for no key update of k`,
  );
  if (found === undefined) return null;
  if (found.device_limit !== null) {
    const since = new Date(now - presentMilliseconds).toISOString();
    const [use] = await rows<{ devices: number }>(
      tx,
      sql`select count(distinct device_thumbprint)::int as devices from session
        where key_id = ${found.id} and ended_at is null and last_used_at > ${since}::timestamptz
          and device_thumbprint <> ${device.thumbprint}`,
    );
    if ((use?.devices ?? 0) >= found.device_limit)
      throw new AldabaError('device-limit', `key ${found.id}`, { total: found.device_limit });
  }
  const products = await rows<{ code: string }>(
    tx,
    sql`select distinct code from license_key_pool kp
      join pool p on p.account_id = kp.account_id and p.id = kp.pool_id
        and p.starts_at <= ${at} and (p.ends_at is null or p.ends_at > ${at})
      cross join lateral (
        select p.product_code as code union select product_code from suite_product where suite_code = p.product_code
      ) product
      where kp.account_id = ${found.account_id} and kp.key_id = ${found.id} order by code`,
  );
  return {
    keyId: found.id,
    accountId: found.account_id,
    accountName: found.account_name,
    products: products.map((product) => product.code),
  };
}

export interface NewCloudKey {
  readonly accountId: string;
  readonly label?: string;
  readonly poolIds: readonly string[];
  readonly deviceLimit?: number | null;
  /** When it ends; null = never. Milliseconds of UTC. */
  readonly endsAt?: number | null;
}

export interface NewStandaloneKey {
  readonly accountId: string;
  readonly label?: string;
  readonly product: string;
  /** Devices that may be activated. */
  readonly deviceLimit: number;
  /** When every license of it ends; null = never. Milliseconds of UTC. */
  readonly endsAt?: number | null;
  /** Days from the activation; null = to `endsAt`. */
  readonly termDays?: number | null;
  /** Days in full after a license's end; 14 unless given. */
  readonly graceDays?: number;
  readonly features?: readonly string[];
  readonly versionFrom?: string | null;
  readonly versionTo?: string | null;
}

/** A key that exists once, in the answer: it goes to who bought it and is not kept. */
export interface CreatedKey {
  readonly id: string;
  readonly key: string;
}

/**
 * A key that devices enter with, and take seats of these pools.
 *
 * @param now milliseconds of UTC
 * @param random given where the key's value must be known: demonstrations and tests
 */
export async function createCloudKey(
  tx: Tx,
  { accountId, label = '', poolIds, deviceLimit = null, endsAt = null }: NewCloudKey,
  now: number,
  random: Uint8Array = randomBytes(licenseKeyRandomBytes),
): Promise<CreatedKey> {
  const created = newKey(now, random);
  await tx.insert(licenseKey).values({
    ...stored(created, now, endsAt),
    accountId,
    kind: 'cloud',
    label,
    deviceLimit,
  });
  for (const poolId of poolIds)
    await tx.insert(licenseKeyPool).values({ accountId, keyId: created.id, poolId });
  return created;
}

/** A key that activates devices; parameters as of {@link createCloudKey}. */
export async function createStandaloneKey(
  tx: Tx,
  given: NewStandaloneKey,
  now: number,
  random: Uint8Array = randomBytes(licenseKeyRandomBytes),
): Promise<CreatedKey> {
  const created = newKey(now, random);
  await tx.insert(licenseKey).values({
    ...stored(created, now, given.endsAt ?? null),
    accountId: given.accountId,
    kind: 'standalone',
    label: given.label ?? '',
    deviceLimit: given.deviceLimit,
    productCode: given.product,
    features: [...(given.features ?? [])],
    versionFrom: given.versionFrom ?? null,
    versionTo: given.versionTo ?? null,
    termDays: given.termDays ?? null,
    ...(given.graceDays === undefined ? {} : { graceDays: given.graceDays }),
  });
  return created;
}

/** Ends a key: its devices are signed out, their leases end with `key-invalid`, nothing is activated with it any more. */
export async function revokeKey(tx: Tx, accountId: string, keyId: string, now: number): Promise<void> {
  await tx
    .update(licenseKey)
    .set({ revokedAt: new Date(now) })
    .where(and(eq(licenseKey.accountId, accountId), eq(licenseKey.id, keyId), isNull(licenseKey.revokedAt)));
  await endSessions(tx, { keyId, accountId }, 'ended', now, 'key-invalid');
  await endLeases(tx, { accountId, holderId: keyId }, { code: 'key-invalid', now });
}

function newKey(now: number, random: Uint8Array): CreatedKey {
  return { id: newId(now), key: formatLicenseKey(random) };
}

function stored({ id, key }: CreatedKey, now: number, endsAt: number | null) {
  return {
    id,
    keyHash: hashKey(key),
    prefix: licenseKeyPrefix(key),
    endsAt: endsAt === null ? null : new Date(endsAt),
    createdAt: new Date(now),
  };
}
