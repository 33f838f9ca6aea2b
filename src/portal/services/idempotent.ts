import { createHash } from 'node:crypto';
import { and, eq, sql } from 'drizzle-orm';
import { AldabaError } from '../../contract/errors.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Tx } from '../db/database.ts';
import { idempotency, type Json } from '../db/schema.ts';

/** A request that may be repeated. */
export interface Repeatable {
  readonly accountId: string;
  /** Who asks: `identity:<id>`, `key:<id>`. Two callers never see each other's answers. */
  readonly owner: string;
  /** Chosen by the caller, the same at each repetition. */
  readonly key: string;
  readonly operation: string;
  /** What was asked, without the key. Hashed, not kept. */
  readonly request: unknown;
  /** Milliseconds of UTC. */
  readonly now: number;
}

/**
 * Does the work once per key: a repetition gets the first answer, also when it comes while the first is still under way. A refusal is
 * not remembered, because its transaction is undone.
 *
 * @throws `idempotency-mismatch` when the key was used for something else
 */
export async function idempotent<T>(tx: Tx, repeatable: Repeatable, work: () => Promise<T>): Promise<T> {
  const { accountId, owner, key, operation, request, now } = repeatable;
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${`idempotency ${accountId} ${owner} ${key}`}, 0))`,
  );
  const requestHash = createHash('sha256').update(canonicalJson(request)).digest();
  const [known] = await tx
    .select()
    .from(idempotency)
    .where(and(eq(idempotency.accountId, accountId), eq(idempotency.owner, owner), eq(idempotency.key, key)));
  if (known !== undefined) {
    if (known.operation !== operation || !known.requestHash.equals(requestHash))
      throw new AldabaError('idempotency-mismatch', `key used for another ${known.operation}`);
    return known.response as T;
  }
  const response = await work();
  await tx.insert(idempotency).values({
    accountId,
    owner,
    key,
    operation,
    requestHash,
    response: response as Json,
    createdAt: new Date(now),
  });
  return response;
}
