import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Tx } from '../db/database.ts';
import { rows } from '../db/run.ts';
import type { JsonObject } from '../db/schema.ts';

/** Who did it: a person, a key, or the portal itself. Names are written down as they were. */
export type AuditActor =
  | { kind: 'person'; id: string; name: string; email: string }
  | { kind: 'key'; id: string }
  | { kind: 'portal' };

export interface AuditEntry {
  accountId: string;
  /** Milliseconds of UTC. */
  at: number;
  /** `resource.past-tense`: `contact.created`, `session.ended`. */
  action: string;
  actor: AuditActor;
  /** Whom or what it is about: `{ kind: 'contact', id, ... }`. */
  subject?: JsonObject | undefined;
  /** What changed. The caller leaves secrets out; see `redact` for what is refused. */
  before?: JsonObject | undefined;
  after?: JsonObject | undefined;
  /** Network address that asked. */
  address?: string | undefined;
  /** Device thumbprint. */
  device?: string | undefined;
  requestId?: string | undefined;
}

/** Hash before the first entry of every chain. */
export const chainStart = Buffer.alloc(32);

/** SHA-256 over the hash before and the entry's canonical JSON; the verification uses the same. */
export function entryHash(previous: Uint8Array, seq: number, entry: AuditEntry): Buffer {
  const text = canonicalJson({ ...entry, seq, at: new Date(entry.at).toISOString() });
  return createHash('sha256').update(previous).update(text).digest();
}

const secretName = /password|secret|token|hash|authorization|proof|^key$|licenseKey/i;

/** A secret in an audit row cannot be taken back: a field that is named like one is a mistake of the caller. */
function refuseSecrets(value: unknown): void {
  if (value === null || typeof value !== 'object') return;
  for (const [name, member] of Object.entries(value)) {
    if (secretName.test(name) && typeof member === 'string')
      throw new Error(`audit: "${name}" looks like a secret`);
    refuseSecrets(member);
  }
}

/**
 * Writes an entry at the end of the account's chain, in the transaction of what it tells. The chain's row stays locked until that
 * transaction ends, so write it late. Works both in `inAccount` and in `asService`.
 */
export async function audit(tx: Tx, entry: AuditEntry): Promise<void> {
  refuseSecrets(entry.before);
  refuseSecrets(entry.after);
  const [head] = await rows<{ seq: number; hash: Uint8Array }>(
    tx,
    sql`insert into audit_chain as chain (account_id, seq, hash) values (${entry.accountId}, 1, ${chainStart})
      on conflict (account_id) do update set seq = chain.seq + 1 returning seq::int, hash`,
  );
  if (head === undefined) throw new Error('audit: the chain has no head');
  const hash = entryHash(head.hash, head.seq, entry);
  const json = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value));
  await tx.execute(
    sql`with head as (update audit_chain set hash = ${hash} where account_id = ${entry.accountId})
      insert into audit (account_id, seq, at, action, actor, subject, before, after, address, device, request_id, hash)
      values (${entry.accountId}, ${head.seq}, ${new Date(entry.at).toISOString()}::timestamptz, ${entry.action}, ${json(entry.actor)}::jsonb,
        ${json(entry.subject)}::jsonb, ${json(entry.before)}::jsonb, ${json(entry.after)}::jsonb, ${entry.address ?? null},
        ${entry.device ?? null}, ${entry.requestId ?? null}, ${hash})`,
  );
}
