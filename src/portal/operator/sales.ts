import { sql } from 'drizzle-orm';
import { rows } from '../db/run.ts';
import {
  createPool,
  type NewPool,
  type NewProduct,
  putProduct as writeProduct,
} from '../services/catalog.ts';
import {
  createCloudKey,
  createStandaloneKey,
  revokeKey as endKey,
  type NewCloudKey,
  type NewStandaloneKey,
} from '../services/keys.ts';
import { auditOperator, findCompany, type Operator } from './operator.ts';
import { Refusal } from './refusal.ts';

/** Adds a product, or writes its name and summary anew. @throws Refusal when a part of a suite is not there */
export function putProduct(operator: Operator, product: NewProduct): Promise<{ code: string }> {
  return operator.database.asService(async (tx) => {
    for (const part of product.contains ?? []) await requireProduct(tx, part);
    await writeProduct(tx, product, operator.clock.now());
    return { code: product.code };
  });
}

/** Adds seats of a product to a company. Seats like them that are current or to come are answered with, unless `another` is true. */
export function addPool(
  operator: Operator,
  company: string,
  given: Omit<NewPool, 'accountId'>,
  another: boolean,
): Promise<{ id: string; created: boolean }> {
  return operator.database.asService(async (tx) => {
    const now = operator.clock.now();
    const { id: accountId } = await findCompany(tx, company);
    await requireProduct(tx, given.product);
    // The company's row: two commands at once see each other's pool.
    await tx.execute(sql`select from account where id = ${accountId} for no key update`);
    const endsAt = given.endsAt === undefined ? null : new Date(given.endsAt).toISOString();
    const [known] = await rows<{ id: string }>(
      tx,
      sql`select id from pool where account_id = ${accountId} and product_code = ${given.product} and kind = ${given.kind}
        and total = ${given.total} and features = ${sql.param([...(given.features ?? [])])}::text[]
        and version_from is not distinct from ${given.versionFrom ?? null} and version_to is not distinct from ${given.versionTo ?? null}
        and ends_at is not distinct from ${endsAt}::timestamptz
        and coalesce(ends_at > ${new Date(now).toISOString()}::timestamptz, true) order by id limit 1`,
    );
    if (known !== undefined && !another) return { id: known.id, created: false };
    const id = await createPool(tx, { ...given, accountId }, now);
    const { product, kind, total } = given;
    await auditOperator(tx, operator, {
      accountId,
      action: 'pool.created',
      subject: { kind: 'pool', id },
      after: { product, kind, total, endsAt },
    });
    return { id, created: true };
  });
}

export type KeyToAdd =
  | ({ readonly kind: 'cloud' } & Omit<NewCloudKey, 'accountId'>)
  | ({ readonly kind: 'standalone' } & Omit<NewStandaloneKey, 'accountId'>);

/** Makes a license key, which is in this answer and nowhere else. @throws Refusal for a pool of another company, or no such product */
export function addKey(
  operator: Operator,
  company: string,
  given: KeyToAdd,
): Promise<{ id: string; key: string }> {
  return operator.database.asService(async (tx) => {
    const now = operator.clock.now();
    const { id: accountId } = await findCompany(tx, company);
    if (given.kind === 'standalone') await requireProduct(tx, given.product);
    else
      for (const poolId of given.poolIds) {
        const found = await rows(
          tx,
          sql`select 1 from pool where account_id = ${accountId} and id::text = ${poolId}`,
        );
        if (found.length === 0) throw new Refusal(`The company has no pool "${poolId}".`);
      }
    const made =
      given.kind === 'cloud'
        ? await createCloudKey(tx, { ...given, accountId }, now)
        : await createStandaloneKey(tx, { ...given, accountId }, now);
    await auditOperator(tx, operator, {
      accountId,
      action: 'license-key.created',
      subject: { kind: 'license-key', id: made.id },
      after: { kind: given.kind, label: given.label ?? '' },
    });
    return made;
  });
}

/** Ends a key: its devices are signed out and their leases end. Twice is not an error. */
export function revokeKey(operator: Operator, company: string, keyId: string): Promise<{ revoked: boolean }> {
  return operator.database.asService(async (tx) => {
    const { id: accountId } = await findCompany(tx, company);
    const [key] = await rows<{ ended: boolean }>(
      tx,
      sql`select revoked_at is not null as ended from license_key
        where account_id = ${accountId} and id::text = ${keyId} for no key update`,
    );
    if (key === undefined) throw new Refusal(`The company has no key "${keyId}".`);
    if (key.ended) return { revoked: false };
    await endKey(tx, accountId, keyId, operator.clock.now());
    await auditOperator(tx, operator, {
      accountId,
      action: 'license-key.revoked',
      subject: { kind: 'license-key', id: keyId },
    });
    return { revoked: true };
  });
}

export async function requireProduct(tx: Parameters<typeof rows>[0], code: string): Promise<void> {
  const found = await rows(tx, sql`select 1 from product where code = ${code}`);
  if (found.length === 0) throw new Refusal(`There is no product "${code}": add it with "product put".`);
}
