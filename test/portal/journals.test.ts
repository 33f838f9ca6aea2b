import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { entryHash, audit as writeAudit } from '../../src/portal/audit/audit.ts';
import { cleanUp } from '../../src/portal/background/clean-up.ts';
import { audit, auditChain } from '../../src/portal/db/schema.ts';
import { acquire, type LicensePortal, startLicensePortal } from './licenses-support.ts';
import { days } from './support.ts';

let portal: LicensePortal;
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

test('months of the journals go a year after their end, and the chain of what is left verifies', async () => {
  const { company, poolId } = await portal.floating(1, 0);
  const { client } = await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] });
  const { leaseId } = await acquire(client);
  await client.licenses.release({ leaseId });
  const write = () =>
    portal.services.database.inAccount(company.id, (tx) =>
      writeAudit(tx, {
        accountId: company.id,
        at: portal.clock.now(),
        action: 'thing.done',
        actor: { kind: 'portal' },
      }),
    );
  const months = async () =>
    (
      await portal.query<{ name: string }>(
        sql`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
          where c.relname in ('audit_2026_03', 'lease_history_2026_03') order by 1`,
      )
    ).map(({ name }) => name);
  await write();
  // A month later the partition of then has its entry too.
  portal.clock.advance(40 * days);
  await cleanUp(portal.services);
  await write();
  await write();
  const [base] = await portal.services.database.queries
    .select()
    .from(audit)
    .where(sql`account_id = ${company.id} and tableoid::regclass::text = 'audit_2026_03'`)
    .orderBy(sql`seq desc`);

  // March is over on the first of April: a year less a day later all of it is still there.
  portal.clock.advance(354 * days);
  await cleanUp(portal.services);
  expect(await months()).toEqual(['audit_2026_03', 'lease_history_2026_03']);
  portal.clock.advance(2 * days);
  await cleanUp(portal.services);
  expect(await months()).toEqual([]);

  const { queries } = portal.services.database;
  const [chain] = await queries.select().from(auditChain).where(sql`account_id = ${company.id}`);
  expect([chain?.baseSeq, chain?.baseHash]).toEqual([base?.seq, base?.hash]);
  const left = await queries.select().from(audit).where(sql`account_id = ${company.id}`).orderBy(audit.seq);
  expect(left).toHaveLength(2);
  let previous = chain?.baseHash ?? Buffer.alloc(0);
  for (const { hash, seq, at, accountId, action } of left) {
    const entry = { accountId, at: at.getTime(), action, actor: { kind: 'portal' } as const };
    expect(hash.equals(entryHash(previous, seq, entry))).toBe(true);
    previous = hash;
  }
  expect(chain?.hash.equals(previous)).toBe(true);
});
