import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';

const dayMilliseconds = 86_400_000;

/** Of a key, what decides about its places. Instants in milliseconds of UTC. */
export interface PlacesOfKey {
  readonly keyId: string;
  readonly accountId: string;
  readonly productName: string;
  readonly deviceLimit: number;
  readonly endsAt: number | null;
  readonly termDays: number | null;
}

/** Where a new activation goes. */
export interface Place {
  /** Milliseconds of UTC; null = never. */
  readonly expiresAt: number | null;
  /** The returned activation whose place it takes over; null for a place that nobody had. */
  readonly predecessorId: string | null;
}

/**
 * A free place of a key whose row is locked. A key is so many places, and a place keeps its term: it begins with the first activation and
 * goes on whoever has the place, so that giving back and activating again gains no day. A returned place is taken over with the end of
 * its term, the device's own first, then the one that ends first; only then a place that nobody had begins.
 *
 * An activation counts until it is returned, expired or not. A place whose term is over counts also afterwards: it is used up.
 *
 * @throws `key-exhausted`
 */
export async function findPlace(
  tx: Tx,
  key: PlacesOfKey,
  deviceThumbprint: string,
  now: number,
): Promise<Place> {
  const usedUp =
    key.termDays === null ? sql`false` : sql`coalesce(expires_at <= ${iso(now)}::timestamptz, false)`;
  const [places] = await rows<{ taken: number; free: string | null; freeUntil: number | null }>(
    tx,
    sql`select (count(*) filter (where taken))::int as taken, (array_agg(id order by own desc, expires_at, id) filter (where not taken))[1] as free,
        (array_agg((extract(epoch from expires_at) * 1000)::float8 order by own desc, expires_at, id) filter (where not taken))[1] as "freeUntil"
      from (select id, expires_at, ended_at is null or ${usedUp} as taken, device_thumbprint = ${deviceThumbprint} as own
        from activation where account_id = ${key.accountId} and key_id = ${key.keyId} and successor_id is null) place`,
  );
  if ((places?.taken ?? 0) >= key.deviceLimit)
    throw new AldabaError('key-exhausted', `key ${key.keyId}`, {
      total: key.deviceLimit,
      product: key.productName,
    });
  const predecessorId = places?.free ?? null;
  const begins = key.termDays === null ? null : now + key.termDays * dayMilliseconds;
  const term = key.termDays === null || predecessorId === null ? begins : (places?.freeUntil ?? begins);
  return { predecessorId, expiresAt: sooner(key.endsAt, term) };
}

/** @param one null = never */
function sooner(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
