import { createHash } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Language } from '../../contract/primitives.ts';
import { normalizeEmail } from '../../domain/email.ts';
import type { Tx } from '../db/database.ts';

/** The same id for the same name at every start, in the form of version 7 (RFC 9562): it sorts by `at`, milliseconds of UTC. */
export function knownId(name: string, at: number): string {
  const bytes = createHash('sha256').update(`aldaba demonstration ${name}`).digest().subarray(0, 16);
  bytes.writeUIntBE(at, 0, 6);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x70, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export interface KnownIdentity {
  readonly id: string;
  readonly email: string;
  readonly name: string;
  readonly language: Language;
  readonly homeAccountId: string;
  /** Null: no password was set yet. */
  readonly passwordHash: string | null;
  readonly createdAt: number;
}

/** Writes people of a demonstration, in `asService`; real ones come in by invitation alone. */
export async function insertIdentities(tx: Tx, identities: readonly KnownIdentity[]): Promise<void> {
  if (identities.length === 0) return;
  const list = JSON.stringify(identities.map((one) => ({ ...one, normalized: normalizeEmail(one.email) })));
  await tx.execute(
    sql`insert into identity (id, email, email_normalized, name, language, home_account_id, password_hash, password_set_at, created_at)
      select id, email, normalized, name, language, "homeAccountId", "passwordHash",
        case when "passwordHash" is not null then to_timestamp("createdAt" / 1000) end, to_timestamp("createdAt" / 1000)
      from jsonb_to_recordset(${list}::jsonb) i(id uuid, email text, normalized text, name text, language text, "homeAccountId" uuid,
        "passwordHash" text, "createdAt" float8)`,
  );
}
