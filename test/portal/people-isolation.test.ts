import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import type { Tx } from '../../src/portal/db/database.ts';
import { rows } from '../../src/portal/db/run.ts';
import { createCloudKey } from '../../src/portal/services/keys.ts';
import { newContact, peoplePortal, refusalOf, type Staff } from './people-support.ts';
import type { PortalClient } from './support.ts';

const people = peoplePortal();
let condor: Staff;
let rival: Staff;
let parent: Staff;
let poolId: string;
let contactId: string;

beforeAll(async () => {
  condor = await people.staffed('Estructuras Cóndor');
  rival = await people.staffed('Puentes del Sur');
  parent = await people.staffed('Grupo Andino');
  await people.query(
    sql`update account set parent_id = ${parent.company.id} where id = ${condor.company.id}`,
  );
  poolId = await people.pool(condor.company, { total: 5 });
  contactId = (await condor.add({ poolIds: [poolId] })).id;
  await holdLicenses();
});

/** A row in each table of licenses: a key, a lease and its end, somebody who waits for it, an activation, a link to a file. */
async function holdLicenses(): Promise<void> {
  const { id: accountId } = condor.company;
  const product = 'viga-aislada';
  const floating = await people.pool(condor.company, { product, kind: 'floating', total: 1 });
  const now = people.portal.clock.now();
  const key = await people.portal.services.database.asService((tx) =>
    createCloudKey(tx, { accountId, poolIds: [floating] }, now),
  );
  const { client } = await condor.as('license-installer');
  const { leaseId } = await client.licenses.acquire({
    idempotencyKey: randomUUID(),
    product,
    version: '1.0',
  });
  const other = await condor.as('license-manager');
  await expect(
    other.client.licenses.acquire({ idempotencyKey: randomUUID(), product, version: '1.0' }),
  ).rejects.toMatchObject({ code: 'no-seat-free' });
  await client.licenses.release({ leaseId });
  const at = new Date(now).toISOString();
  await people.query(
    sql`insert into activation (account_id, id, key_id, product_code, device_thumbprint, device_name, platform, components, salt, activated_at)
      values (${accountId}, ${randomUUID()}, ${key.id}, ${product}, 't', 'PC', 'linux', '{}', 's', ${at})`,
  );
  await people.query(
    sql`with published as (
        insert into release (id, product_code, version, platform, channel, file_name, size, sha256, signature, chain, published_at)
        values (${randomUUID()}, ${product}, '1.0', 'linux', 'stable', 'viga.run', 0, ${'0'.repeat(64)}, '', '{}', ${at}) returning id)
      insert into download_link (account_id, token_hash, release_id, created_at, expires_at)
      select ${accountId}, '\\x00', id, ${at}, ${at} from published`,
  );
}

/** Everything that names a row, called with rows of Cóndor. */
const calls: { readonly [what: string]: (client: PortalClient) => Promise<unknown> } = {
  getContact: (client) => client.people.getContact({ id: contactId }),
  updateContact: (client) => client.people.updateContact({ id: contactId, revision: 1, jobTitle: 'Intrusa' }),
  'updateContact to their role': async (client) =>
    client.people.updateContact({
      id: contactId,
      revision: 1,
      roleId: condor.company.roles['license-manager'],
    }),
  deleteContact: (client) => client.people.deleteContact({ id: contactId }),
  suspendContact: (client) => client.people.suspendContact({ id: contactId }),
  reactivateContact: (client) => client.people.reactivateContact({ id: contactId }),
  resendInvitation: (client) => client.people.resendInvitation({ id: contactId }),
  resetPassword: (client) => client.people.resetPassword({ id: contactId }),
  assignSeat: (client) => client.people.assignSeat({ poolId, contactId }),
  withdrawSeat: (client) => client.people.withdrawSeat({ poolId, contactId }),
  listHolders: (client) => client.people.listHolders({ poolId }),
  'createContact with their role': (client) =>
    client.people.createContact(newContact(condor.company, 'otra.example')),
  'createContact with their seat': (client) =>
    client.people.createContact(newContact(rival.company, 'otra.example', { poolIds: [poolId] })),
};

describe.each(['another company', 'the parent company'])('%s', (who) => {
  const outsider = async () => (await (who === 'another company' ? rival : parent).as('owner')).client;

  test.each(Object.keys(calls))('%s: not found, as if it did not exist', async (what) => {
    expect(await refusalOf(calls[what]?.(await outsider()) ?? Promise.resolve())).toMatchObject({
      code: 'not-found',
      status: 404,
    });
  });

  test('lists show its own alone', async () => {
    const client = await outsider();
    const { contacts, total } = await client.people.listContacts({ limit: 200 });
    expect(total).toBe(7);
    expect(contacts.map(({ id }) => id)).not.toContain(contactId);
    expect((await client.people.listContacts({ search: condor.domain.slice(0, 3) })).total).toBe(0);
    expect((await client.people.listContacts({ search: `@${condor.domain}` })).total).toBe(0);
    expect(
      (await client.people.listContacts({ roleId: condor.company.roles['license-installer'] })).total,
    ).toBe(0);
    expect((await client.people.listPools()).pools).toEqual([]);
    const { roles } = await client.people.listRoles();
    expect(roles.map(({ id }) => id)).not.toContain(condor.company.roles.administrator);
  });

  test('a cursor of another company shows nothing of it', async () => {
    const { client } = await condor.as('administrator');
    const { next } = await client.people.listContacts({ limit: 2 });
    const { contacts } = await (await outsider()).people.listContacts({ limit: 200, cursor: next ?? '' });
    const emails = contacts.map(({ email }) => email);
    expect(emails.filter((email) => email.endsWith(condor.domain))).toEqual([]);
  });
});

describe('row-level security, with every condition of the queries left out', () => {
  const tables = [
    'contact',
    'directory',
    'directory_word',
    'directory_count',
    'membership',
    'invitation',
    'role',
    'seat',
    'pool',
    'mail',
    'audit',
    'audit_chain',
    'password_link',
    'session',
    'idempotency',
    'lease',
    'lease_history',
    'license_key',
    'license_key_pool',
    'activation',
    'download_link',
    'seat_queue',
  ];
  /** Nothing of a row of them is changed. */
  const appended = ['mail', 'audit', 'password_link', 'session', 'lease_history'];

  test('is on for every table that belongs to an account, each of them tried below', async () => {
    const found = await people.query<{ name: string; isolated: boolean; reached: boolean }>(
      sql`select c.relname as name, c.relrowsecurity as isolated,
          has_any_column_privilege('aldaba_account', c.oid, 'select, insert, update') as reached
        from pg_class c
        where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace and exists (
          select from pg_attribute a where a.attrelid = c.oid and a.attname = 'account_id' and not a.attisdropped)`,
    );
    const open = found.filter(({ reached }) => reached);
    expect(open.filter(({ isolated }) => !isolated)).toEqual([]);
    expect(open.map(({ name }) => name).toSorted()).toEqual(tables.toSorted());
  });

  const inRival = <T>(work: (tx: Tx) => Promise<T>) =>
    people.portal.services.database.inAccount(rival.company.id, work);

  test.each(tables)('%s shows the own account alone', async (table) => {
    const name = sql.identifier(table);
    const [there] = await people.query<{ n: number }>(
      sql`select count(*)::int as n from ${name} where account_id = ${condor.company.id}`,
    );
    expect(there?.n).toBeGreaterThan(0);
    const seen = await inRival((tx) => rows<{ account_id: string }>(tx, sql`select account_id from ${name}`));
    expect(seen.filter(({ account_id }) => account_id !== rival.company.id)).toEqual([]);
  });

  test('people are seen as far as they are members', async () => {
    const seen = await inRival((tx) => rows<{ email: string }>(tx, sql`select email from identity`));
    expect(seen.length).toBe(7);
    expect(seen.every(({ email }) => email.endsWith(rival.domain))).toBe(true);
    await expect(inRival((tx) => rows(tx, sql`select password_hash from identity`))).rejects.toThrow();
  });

  test.each(tables.filter((table) => !appended.includes(table)))(
    '%s: nothing of another account is changed or written',
    async (table) => {
      const name = sql.identifier(table);
      const before = await people.query(sql`select * from ${name} where account_id = ${condor.company.id}`);
      const changed = await inRival((tx) =>
        rows(
          tx,
          sql`update ${name} set account_id = account_id where account_id = ${condor.company.id} returning 1`,
        ),
      );
      expect(changed).toEqual([]);
      await inRival((tx) => tx.execute(sql`delete from ${name} where account_id = ${condor.company.id}`));
      expect(await people.query(sql`select * from ${name} where account_id = ${condor.company.id}`)).toEqual(
        before,
      );
    },
  );

  test('a row cannot be put into another account', async () => {
    await expect(
      inRival((tx) =>
        tx.execute(
          sql`insert into role (account_id, id, name, permissions, created_at)
            values (${condor.company.id}, ${randomUUID()}, 'Intrusa', array['account:read'], now())`,
        ),
      ),
    ).rejects.toThrow();
  });

  test('only the home company renames a person', async () => {
    const identityId = condor.company.contacts[condor.email('owner')]?.identityId ?? '';
    await inRival((tx) => tx.execute(sql`select rename_member(${identityId}::uuid, 'Intrusa')`));
    expect(await people.query(sql`select name from identity where id = ${identityId}`)).toEqual([
      { name: 'Ana owner' },
    ]);
  });
});
