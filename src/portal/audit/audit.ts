import { createHash } from 'node:crypto';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import type { JsonObject } from '../db/schema.ts';

/** Who did it: a person, a key, or the portal itself. Names are written down as they were. */
export type AuditActor =
  | { kind: 'person'; id: string; name: string; email: string }
  | { kind: 'key'; id: string }
  /** Whoever runs the portal, by the name of their account of the operating system. */
  | { kind: 'operator'; name: string }
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
  /** What changed. The caller leaves secrets out; see `refuseSecrets` for what is refused. */
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

/** What is hashed of an entry, beside its place in the chain. */
function entryText(entry: AuditEntry): string {
  return canonicalJson({ ...entry, at: new Date(entry.at).toISOString() });
}

/**
 * SHA-256 over the hash before, the sequence number (8 bytes, big-endian) and the entry's canonical JSON in UTF-8. The database computes
 * the same when it appends; this is for verifying.
 */
export function entryHash(previous: Uint8Array, seq: number, entry: AuditEntry): Buffer {
  const place = Buffer.alloc(8);
  place.writeBigInt64BE(BigInt(seq));
  return createHash('sha256').update(previous).update(place).update(entryText(entry)).digest();
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
 * Steps of a statement, `head` and `written`: they move the chain on and write the entry with the hash that it got. The chain's row stays
 * locked until the transaction ends, so let them come last.
 *
 * @param first number of the first parameter of the entry, see `entryParameters`; the others follow
 * @param from where there has to be a row, else nothing is written
 */
export function appendingSteps(first: number, from: string): string {
  const $ = (place: number) => `$${first + place}`;
  return `head as (
      insert into audit_chain as chain (account_id, seq, hash)
      select ${$(0)}::uuid, 1, sha256(${$(1)}::bytea || int8send(1) || convert_to(${$(2)}::text, 'UTF8')) ${from}
      on conflict (account_id) do update set seq = chain.seq + 1,
        hash = sha256(chain.hash || int8send(chain.seq + 1) || convert_to(${$(2)}::text, 'UTF8'))
      returning seq, hash),
    written as (
      insert into audit (account_id, seq, at, action, actor, subject, before, after, address, device, request_id, hash)
      select ${$(0)}::uuid, head.seq, ${$(3)}::timestamptz, ${$(4)}::text, ${$(5)}::jsonb, ${$(6)}::jsonb, ${$(7)}::jsonb,
        ${$(8)}::jsonb, ${$(9)}::text, ${$(10)}::text, ${$(11)}::text, head.hash
      from head)`;
}

/** @throws when a member of `before` or `after` is named like a secret */
export function entryParameters(entry: AuditEntry): unknown[] {
  refuseSecrets(entry.before);
  refuseSecrets(entry.after);
  const json = (value: object | undefined) => (value === undefined ? null : JSON.stringify(value));
  return [
    entry.accountId,
    chainStart,
    entryText(entry),
    new Date(entry.at).toISOString(),
    entry.action,
    json(entry.actor),
    json(entry.subject),
    json(entry.before),
    json(entry.after),
    entry.address ?? null,
    entry.device ?? null,
    entry.requestId ?? null,
  ];
}

const append: Statement = {
  name: 'append-audit',
  text: `with ${appendingSteps(1, '')} select`,
};

/**
 * Writes an entry at the end of the account's chain, in the transaction of what it tells: one statement. The chain's row stays locked
 * until that transaction ends, so write it last. Works both in `inAccount` and in `asService`.
 */
export async function audit(tx: Tx, entry: AuditEntry): Promise<void> {
  await run(tx, append, entryParameters(entry));
}
