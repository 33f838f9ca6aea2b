import { sql } from 'drizzle-orm';
import type { Portal } from './context.ts';
import type { Tx } from './db/database.ts';
import { rows } from './db/run.ts';
import { demonstration } from './demonstration/access.ts';
import { inventPeople } from './demonstration/invent-people.ts';
import { createDemonstrationLicenses, demonstrationProducts } from './demonstration/licenses.ts';
import {
  createDemonstrationPeople,
  type DemonstrationCompany,
  demonstrationAccounts,
} from './demonstration/people.ts';
import { publishDemonstrationReleases } from './demonstration/releases.ts';
import { createPool } from './services/catalog.ts';
import { assignSeats } from './services/people/seats.ts';

export { demonstrationAdministrator, invitedAdministrator } from './demonstration/access.ts';

export interface DemonstrationOptions {
  /** Invented people in the company's directory beside the forty that have names in the texts: up to 1,000,000. */
  readonly contacts?: number;
}

/**
 * Data of an invented company, for `--demo`. Called after the portal started; calling it again changes nothing, and nothing of what people
 * did meanwhile is undone.
 *
 * @throws when the database holds a company that is not the demonstration's: everybody knows its passwords
 */
export async function seedDemonstration(
  portal: Portal,
  { contacts = 0 }: DemonstrationOptions = {},
): Promise<void> {
  const state = await stateOf(portal);
  if (state === 'real')
    throw new Error('the database holds companies that are not the demonstration’s: it was left as it is');
  if (state === 'empty') await fill(portal, contacts);
  await publishDemonstrationReleases(portal);
  portal.wakeMail();
}

/** All of it in one transaction: a start that is interrupted leaves nothing behind, and the next one begins again. */
async function fill(portal: Portal, contacts: number): Promise<void> {
  const passwordHash = await portal.hasher.hash(demonstration.password);
  await portal.database.asService(async (tx) => {
    // Two nodes that start at the same time make one demonstration.
    await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended('demonstration', 0))`);
    const known = await rows(tx, sql`select 1 from account where id = ${demonstrationAccounts.condor}`);
    if (known.length > 0) return;
    const { condor, puentes } = await createDemonstrationPeople(tx, portal, passwordHash);
    await fillCompany(tx, portal, condor, contacts);
    const { code: product } = demonstrationProducts[0];
    const pool = { accountId: puentes.id, product, kind: 'floating', total: 4 } as const;
    await createPool(tx, pool, portal.clock.now());
  });
  // The embedded database never does this by itself, and a server only after a while.
  if (contacts > 0) await portal.database.exclusively((session) => session.execute('vacuum analyze'));
}

async function fillCompany(
  tx: Tx,
  portal: Portal,
  { id: accountId, roles, seated }: DemonstrationCompany,
  contacts: number,
): Promise<void> {
  const { domain } = demonstration;
  const now = portal.clock.now();
  await inventPeople(tx, { accountId, roles, domain, count: contacts, now });
  const { pools } = await createDemonstrationLicenses(tx, portal, accountId);
  const { buyUrl } = portal.settings;
  // The pools began a moment ago.
  const seat = { accountId, poolIds: [pools.portico], assignedBy: null, now: portal.clock.now(), buyUrl };
  for (const contactId of seated) await assignSeats(tx, { ...seat, contactId });
}

async function stateOf(portal: Portal): Promise<'empty' | 'demonstration' | 'real'> {
  const known: readonly string[] = Object.values(demonstrationAccounts);
  const found = await rows<{ id: string }>(
    portal.database.queries,
    sql`select id from account order by created_at limit ${known.length + 1}`,
  );
  if (found.some(({ id }) => !known.includes(id))) return 'real';
  return found.length === 0 ? 'empty' : 'demonstration';
}
