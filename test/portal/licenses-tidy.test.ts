import { sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cleanUp } from '../../src/portal/background/clean-up.ts';
import { acquire, type LicensePortal, refusal, startLicensePortal } from './licenses-support.ts';
import { days, hours } from './support.ts';

const minutes = 60_000;

let portal: LicensePortal;
beforeAll(async () => {
  portal = await startLicensePortal();
});
afterAll(() => portal.close());

test('leases that nobody came back to go into their history, then go; running ones stay', async () => {
  const { company } = await portal.engineers(0);
  const poolId = await portal.addPool({ accountId: company.id, product: 'viga', kind: 'floating', total: 2 });
  const lost = await acquire(
    (await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] })).client,
  );
  const count = async (table: 'lease' | 'lease_history') =>
    (await portal.query<{ id: string }>(sql`select id from ${sql.identifier(table)} order by id`)).map(
      (row) => row.id,
    );

  portal.clock.advance(23 * hours);
  await cleanUp(portal.services);
  expect(await count('lease_history')).toEqual([]);
  portal.clock.advance(2 * hours);
  const kept = await acquire(
    (await portal.enterWithKey({ accountId: company.id, poolIds: [poolId] })).client,
  );
  await cleanUp(portal.services);
  expect(await count('lease_history')).toEqual([lost.leaseId]);
  expect(await count('lease')).toEqual([lost.leaseId, kept.leaseId]);

  portal.clock.advance(61 * days);
  await cleanUp(portal.services);
  expect(await count('lease')).toEqual([kept.leaseId]);
  expect(await count('lease_history')).toEqual([lost.leaseId, kept.leaseId]);
  const [where] = await portal.query<{ partition: string }>(
    sql`select tableoid::regclass::text as partition from lease_history where id = ${lost.leaseId}`,
  );
  expect(where?.partition).toBe('lease_history_2026_03');
});

test('places in a queue that nobody asks for are dropped', async () => {
  const { company, emails } = await portal.floating(0, 1);
  expect(await refusal(acquire((await portal.enterAs(emails[0] ?? '')).client))).toMatchObject({
    code: 'no-seat-free',
  });
  const places = () => portal.query(sql`select 1 from seat_queue where account_id = ${company.id}`);
  await cleanUp(portal.services);
  expect(await places()).toHaveLength(1);
  portal.clock.advance(16 * minutes);
  await cleanUp(portal.services);
  expect(await places()).toHaveLength(0);
});

test('asks for the next signing key before passes cannot be signed any more', async () => {
  const asked = () => portal.logLines.some((line) => line.includes('the next signing key is needed'));
  const due = portal.services.keys.signing.endsAt - 60 * days;
  portal.clock.advance(due - portal.clock.now());
  await cleanUp(portal.services);
  expect(asked()).toBe(false);
  portal.clock.advance(1);
  await cleanUp(portal.services);
  expect(asked()).toBe(true);
});
