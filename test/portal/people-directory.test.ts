import { type SQL, sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { queryWords } from '../../src/domain/search-words.ts';
import type { Tx } from '../../src/portal/db/database.ts';
import { rows } from '../../src/portal/db/run.ts';
import type { DirectoryQuery } from '../../src/portal/services/people/directory-cursor.ts';
import { directoryPage } from '../../src/portal/services/people/directory-page.ts';
import { needs } from '../support/skip.ts';
import { createGran, type Gran, searches, sorts } from './people-directory-support.ts';
import { peoplePortal } from './people-support.ts';

const people = peoplePortal();
let gran: Gran;
beforeAll(async () => {
  gran = await createGran(people);
}, 120_000);

describe('what it costs', () => {
  interface Node {
    'Node Type': string;
    'Relation Name'?: string;
    'Index Name'?: string;
    Plans?: Node[];
  }
  const nodes = (node: Node): Node[] => [node, ...(node.Plans ?? []).flatMap(nodes)];

  /** The plan of every statement of a page, made under the settings that it runs under. */
  async function plansOf(query: Partial<DirectoryQuery>): Promise<Node[]> {
    const seen: Node[] = [];
    const explaining = (tx: Tx): Tx =>
      new Proxy(tx, {
        get(target, property) {
          if (property !== 'execute') return Reflect.get(target, property, target);
          return async (statement: SQL) => {
            const [row] = await rows<{ 'QUERY PLAN': { Plan: Node }[] }>(
              target,
              sql`explain (format json) ${statement}`,
            );
            seen.push(...(row?.['QUERY PLAN'].flatMap(({ Plan }) => nodes(Plan)) ?? []));
            return target.execute(statement);
          };
        },
      });
    await gran.page(query, explaining);
    return seen;
  }

  const middle = async (query: Partial<DirectoryQuery>) => ({
    ...query,
    cursor: (await gran.page({ ...query, offset: 2500 })).next ?? undefined,
  });
  const questions: [string, () => Promise<Partial<DirectoryQuery>>][] = [
    ...sorts.flatMap((sort): [string, () => Promise<Partial<DirectoryQuery>>][] => [
      [`first page by ${sort}`, async () => ({ sort })],
      [`last page by ${sort}`, async () => ({ sort, from: 'last', direction: 'desc' })],
      [`position by ${sort}`, async () => ({ sort, offset: 2700 })],
      [`middle by ${sort}`, () => middle({ sort })],
    ]),
    // By signs alone nobody is found, and nothing is asked.
    ...searches
      .filter((search) => queryWords(search) !== null)
      .map((search): [string, () => Promise<Partial<DirectoryQuery>>] => [
        `search ${search}`,
        async () => ({ search }),
      ]),
    ['filter by state', async () => ({ state: 'active' })],
    ['rare state', async () => ({ state: 'suspended', sort: 'email' })],
    [
      'filter by role',
      async () => ({ roleId: gran.staff.company.roles['license-manager'], sort: 'created' }),
    ],
    ['search in a state', async () => ({ state: 'active', search: 'a', sort: 'email' })],
  ];

  test.each(questions)('%s: no sequential scan', async (_what, query) => {
    const plan = await plansOf(await query());
    const tables = plan.filter((node) => node['Relation Name']?.startsWith('directory'));
    expect(tables.length).toBeGreaterThan(0);
    expect(tables.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
  });

  test('several words are joined once, however many match', async () => {
    for (const search of ['maria g', 'ingeniera de estructuras', '@gran a']) {
      const ranges = (await plansOf({ search })).filter(
        (node) => node['Relation Name'] === 'directory_word' && node['Node Type'].includes('Index'),
      );
      expect(ranges).toHaveLength(queryWords(search)?.length ?? 0);
    }
  });

  test('a first page sorts nothing', async () => {
    for (const sort of sorts)
      expect((await plansOf({ sort })).map((node) => node['Node Type'])).not.toContain('Sort');
  });

  test('what follows in the transaction plans as ever', async () => {
    const setting = await people.portal.services.database.inAccount(gran.staff.company.id, async (tx) => {
      await directoryPage(tx, gran.staff.company.id, {
        sort: 'name',
        direction: 'asc',
        from: 'first',
        limit: 5,
      });
      return rows(
        tx,
        sql`select name, setting from pg_settings where name like 'enable_%' and setting = 'off'`,
      );
    });
    expect(
      setting.filter(({ name }) => /seqscan|nestloop|mergejoin|memoize|sort|bitmapscan/.test(String(name))),
    ).toEqual([]);
  });
});

describe('words and counts follow the directory', () => {
  let small: Gran;
  beforeAll(async () => {
    small = await createGran(people, 600);
  });

  const drift = async () => ({
    counts: await people.query(
      sql`select role_id, state, sum(n)::int as n from (
          select role_id, state, n from directory_count where account_id = ${small.staff.company.id}
          union all select role_id, state, -1 from directory where account_id = ${small.staff.company.id}) x
        group by role_id, state having sum(n) <> 0`,
    ),
    words: await people.query(
      sql`select contact_id, word, shared, role_id, state from (
          select contact_id, word, shared, role_id, state, 1 as n from directory_word where account_id = ${small.staff.company.id}
          union all
          select contact_id, word, shared, role_id, state, -1 from directory d, words_of(search_text) where account_id = ${small.staff.company.id}) x
        group by contact_id, word, shared, role_id, state having sum(n) <> 0`,
    ),
    facts: await people.query(
      sql`select d.contact_id from directory d join directory_facts f using (account_id, contact_id)
        where d.account_id = ${small.staff.company.id}
          and (d.role_id, d.role_key, d.state, d.last_sign_in_at) is distinct from (f.role_id, f.role_key, f.state, f.last_sign_in_at)`,
    ),
  });
  const none = { counts: [], words: [], facts: [] };

  test('rows that a migration lists are written again, by the words of today', async () => {
    const { company, add, as } = await people.staffed();
    const contact = await add({ jobTitle: 'Calculista' });
    const found = async () => {
      const { client } = await as('administrator');
      return (await client.people.listContacts({ search: 'calcul' })).contacts.map(({ id }) => id);
    };
    await people.query(
      sql`update directory set search_text = ' lucia' where account_id = ${company.id} and contact_id = ${contact.id}`,
    );
    expect(await found()).toEqual([]);
    await people.query(sql`insert into directory_stale values (${company.id}, ${contact.id})`);
    people.portal.services.wakeMail();
    await expect.poll(found).toEqual([contact.id]);
    expect(await people.query(sql`select 1 from directory_stale where account_id = ${company.id}`)).toEqual(
      [],
    );
  });

  test('whoever changes them, one or many at a time', async () => {
    expect(await drift()).toEqual(none);
    const { id, roles } = small.staff.company;
    const statements = [
      sql`update membership set suspended_at = created_at where account_id = ${id} and identity_id in (select identity_id from membership where account_id = ${id} order by identity_id limit 200)`,
      sql`update membership set suspended_at = null where account_id = ${id}`,
      sql`update membership set role_id = ${roles['license-manager']} where account_id = ${id} and role_id = ${roles['license-installer']} and accepted_at is null`,
      // What the directory does not show, of people who never signed in as well.
      sql`update membership set owner = owner where account_id = ${id}`,
      sql`update membership set last_sign_in_at = created_at where account_id = ${id} and last_sign_in_at is null`,
      sql`update membership set last_sign_in_at = null, suspended_at = created_at where account_id = ${id} and not owner and suspended_at is null`,
      sql`update membership set last_sign_in_at = created_at + interval '1 hour' where account_id = ${id}`,
      sql`update membership set suspended_at = null where account_id = ${id}`,
      sql`update invitation set state = 'expired' where account_id = ${id} and state = 'pending'`,
      sql`update directory set search_text = ' aa ab' where account_id = ${id} and state = 'expired'`,
      sql`update role set permissions = array['notification:receive'] where account_id = ${id} and key = 'license-manager'`,
      sql`update role set name = 'Otra', key = null where account_id = ${id} and key = 'license-manager'`,
      sql`delete from contact where account_id = ${id} and email like '%1@%'`,
      sql`delete from membership where account_id = ${id} and not owner and role_id <> ${roles.administrator}`,
    ];
    for (const statement of statements) {
      await people.query(statement);
      expect(await drift()).toEqual(none);
    }
  });

  test('a hundred changes one after the other leave few rows to add up', async () => {
    const { id } = small.staff.company;
    for (let round = 0; round < 100; round += 1)
      await people.query(
        sql`update membership set suspended_at = case when suspended_at is null then created_at end where account_id = ${id} and owner`,
      );
    const [kept] = await people.query<{ n: number }>(
      sql`select count(*)::int as n from directory_count where account_id = ${id}`,
    );
    expect(kept?.n).toBeLessThan(100);
    expect(await drift()).toEqual(none);
  });

  test('two at once do not wait for each other, and both count', async (context) => {
    needs(context, people.engine === 'postgres', 'the embedded database has one connection');
    const { company, add, as } = await people.staffed();
    const [first, second] = [await add(), await add()];
    const { database } = people.portal.services;
    const suspend = (id: string) =>
      sql`update membership m set suspended_at = m.created_at from contact c
        where m.account_id = ${company.id} and c.account_id = m.account_id and c.identity_id = m.identity_id and c.id = ${id}`;
    await database.asService(async (tx) => {
      await tx.execute(suspend(first.id));
      // Committed while the first one still holds what it changed.
      await database.asService((other) => other.execute(suspend(second.id)));
    });
    const { client } = await as('administrator');
    expect((await client.people.listContacts({ state: 'suspended' })).total).toBe(2);
  });

  test('twenty added at the same time all count', async () => {
    const other = await people.staffed();
    await Promise.all(Array.from({ length: 20 }, () => other.add()));
    const { client } = await other.as('administrator');
    expect((await client.people.listContacts({})).total).toBe(27);
    expect((await client.people.listContacts({ state: 'invited' })).total).toBe(20);
  });
});

test('the ranks of built-in roles are those of the contract', async () => {
  const { client } = await (await people.staffed()).as('administrator');
  const { contacts } = await client.people.listContacts({ sort: 'role' });
  expect([...new Set(contacts.map(({ role }) => role.key))]).toEqual([
    'administrator',
    'finance',
    'license-manager',
    'license-installer',
    'auditor',
    'notifications-only',
  ]);
});
