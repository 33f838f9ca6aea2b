import { sql } from 'drizzle-orm';
import { audit } from '../audit/audit.ts';
import type { Clock } from '../clock.ts';
import type { Database, Tx } from '../db/database.ts';
import { rows } from '../db/run.ts';
import type { JsonObject } from '../db/schema.ts';
import type { PortalKeys } from '../keys/portal-keys.ts';
import type { PortalSettings } from '../settings.ts';
import { Refusal } from './refusal.ts';

/** What commands of whoever runs the portal work with. */
export interface Operator {
  /** Up to date. */
  readonly database: Database;
  readonly clock: Clock;
  readonly settings: PortalSettings;
  /** The portal's keys, read when a command needs them. */
  readonly keys: () => Promise<PortalKeys>;
  /** Account of the operating system, for the audit. */
  readonly name: string;
}

/** A company by its id or its exact name. @throws Refusal when there is none, or several of the name */
export async function findCompany(tx: Tx, idOrName: string): Promise<{ id: string; name: string }> {
  const found = await rows<{ id: string; name: string }>(
    tx,
    sql`select id, name from account where id::text = ${idOrName} or name = ${idOrName} order by id limit 2`,
  );
  const [company, another] = found;
  if (company === undefined) throw new Refusal(`There is no company "${idOrName}".`);
  if (another !== undefined) throw new Refusal(`Several companies are called "${idOrName}": give its id.`);
  return company;
}

/** Writes what was done into the company's audit. Last in its transaction. */
export function auditOperator(
  tx: Tx,
  operator: Operator,
  entry: { accountId: string; action: string; subject: JsonObject; after?: JsonObject },
): Promise<void> {
  return audit(tx, { ...entry, at: operator.clock.now(), actor: { kind: 'operator', name: operator.name } });
}
