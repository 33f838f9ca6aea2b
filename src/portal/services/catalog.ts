import { sql } from 'drizzle-orm';
import type { Tx } from '../db/database.ts';
import { pool, product } from '../db/schema.ts';
import { newId } from '../ids.ts';

/** What the vendor sells. Written by whoever runs the portal, in `asService`. */
export interface NewProduct {
  readonly code: string;
  readonly name: string;
  readonly summary?: string;
  /** A suite: the products that its seats open. They exist before it. */
  readonly contains?: readonly string[];
}

/** Adds a product, or writes its name and summary anew. */
export async function putProduct(tx: Tx, given: NewProduct, now: number): Promise<void> {
  const { code, name, summary = '', contains = [] } = given;
  await tx
    .insert(product)
    .values({ code, name, summary, createdAt: new Date(now) })
    .onConflictDoUpdate({ target: product.code, set: { name, summary } });
  for (const member of contains)
    await tx.execute(
      sql`insert into suite_product (suite_code, product_code) values (${code}, ${member}) on conflict do nothing`,
    );
}

/** Seats that a company buys. Instants are milliseconds of UTC. */
export interface NewPool {
  readonly accountId: string;
  readonly product: string;
  readonly kind: 'named' | 'floating';
  readonly total: number;
  /** Floating seats that may run beyond `total`; their leases are marked. */
  readonly overage?: number;
  readonly devicesPerSeat?: number;
  /** Most days that a floating seat is lent for; 0 = not at all [14]. */
  readonly borrowDays?: number;
  readonly features?: readonly string[];
  readonly versionFrom?: string;
  readonly versionTo?: string;
  readonly startsAt?: number;
  readonly endsAt?: number;
  readonly buyUrl?: string;
}

/** @returns the pool's id */
export async function createPool(tx: Tx, given: NewPool, now: number): Promise<string> {
  const { accountId, product: productCode, kind, total, features = [], startsAt = now, endsAt } = given;
  const id = newId(now);
  await tx.insert(pool).values({
    accountId,
    id,
    productCode,
    kind,
    total,
    features: [...features],
    startsAt: new Date(startsAt),
    endsAt: endsAt === undefined ? null : new Date(endsAt),
    versionFrom: given.versionFrom ?? null,
    versionTo: given.versionTo ?? null,
    createdAt: new Date(now),
    ...(given.overage === undefined ? {} : { overage: given.overage }),
    ...(given.devicesPerSeat === undefined ? {} : { devicesPerSeat: given.devicesPerSeat }),
    ...(given.borrowDays === undefined ? {} : { borrowDays: given.borrowDays }),
    ...(given.buyUrl === undefined ? {} : { buyUrl: given.buyUrl }),
  });
  return id;
}
