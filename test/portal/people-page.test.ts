import { type SQL, sql } from 'drizzle-orm';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { contactSortSchema, contactStates } from '../../src/contract/portal/people.ts';
import { queryWords, searchWords } from '../../src/domain/search-words.ts';
import { nameSortKey } from '../../src/domain/sort-key.ts';
import type { Tx } from '../../src/portal/db/database.ts';
import { rows } from '../../src/portal/db/run.ts';
import { inventPeople } from '../../src/portal/demonstration/invent-people.ts';
import type { DirectoryQuery } from '../../src/portal/services/people/directory-cursor.ts';
import { type DirectoryPage, directoryPage } from '../../src/portal/services/people/directory-page.ts';
import { expectRefusal, peoplePortal, type Staff } from './people-support.ts';
import { testStart } from './support.ts';

const people = peoplePortal();
/** More than the 4,000 up to which matches are fetched whole, so that both ways of making a page are used. */
const size = 5200;

interface Row {
  id: string;
  first: string;
  last: string;
  email: string;
  roleId: string;
  roleKey: string;
  state: (typeof contactStates)[number];
  created: number;
  signedIn: number;
  words: string[];
}

let condor: Staff;
let model: Row[];

beforeAll(async () => {
  condor = await people.staffed();
  const { company } = condor;
  await people.portal.services.database.asService((tx) =>
    inventPeople(tx, {
      accountId: company.id,
      roles: company.roles,
      count: size,
      domain: 'gran.example',
      now: testStart,
    }),
  );
  const found = await people.query<{
    id: string;
    first: string;
    last: string;
    email: string;
    role_id: string;
    role_key: string;
    state: Row['state'];
    created: number;
    signed_in: number;
  }>(
    sql`select c.id, c.first_name as first, c.last_name as last, c.email, coalesce(m.role_id, ${company.roles['notifications-only']}) as role_id,
        d.role_key, d.state, (extract(epoch from c.created_at) * 1000)::float8 as created,
        coalesce((extract(epoch from m.last_sign_in_at) * 1000)::float8, '-infinity') as signed_in
      from contact c join directory d on d.account_id = c.account_id and d.contact_id = c.id
      left join membership m on m.account_id = c.account_id and m.identity_id = c.identity_id
      where c.account_id = ${company.id}`,
  );
  model = found.map(({ role_id, role_key, signed_in, ...row }) => ({
    ...row,
    roleId: role_id,
    roleKey: role_key,
    signedIn: Number(signed_in),
    words: searchWords({ firstName: row.first, lastName: row.last, email: row.email }),
  }));
}, 120_000);

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const keysOf: { readonly [sort in DirectoryQuery['sort']]: (row: Row) => (string | number)[] } = {
  name: (row) => [nameSortKey({ firstName: row.first, lastName: row.last })],
  email: (row) => [row.email],
  role: (row) => [row.roleKey, ...keysOf.name(row)],
  state: (row) => [row.state, ...keysOf.name(row)],
  created: (row) => [row.created],
  'last-sign-in': (row) => [row.signedIn],
};

function expected(query: Omit<DirectoryQuery, 'from' | 'limit'>): string[] {
  const words = queryWords(query.search ?? '');
  const matches = model.filter(
    (row) =>
      (query.state === undefined || row.state === query.state) &&
      (query.roleId === undefined || row.roleId === query.roleId) &&
      words.every((word) => row.words.some((own) => own.startsWith(word))),
  );
  const decorated = matches.map((row) => ({ id: row.id, keys: [...keysOf[query.sort](row), row.id] }));
  decorated.sort((a, b) => {
    for (const [index, key] of a.keys.entries()) {
      const other = b.keys[index] ?? '';
      const order =
        typeof key === 'number' && typeof other === 'number'
          ? Math.sign(key - other) || 0
          : byBytes(`${key}`, `${other}`);
      if (order !== 0) return order;
    }
    return 0;
  });
  const ids = decorated.map(({ id }) => id);
  return query.direction === 'asc' ? ids : ids.reverse();
}

function page(query: Partial<DirectoryQuery>, through: (tx: Tx) => Tx = (tx) => tx): Promise<DirectoryPage> {
  return people.portal.services.database.inAccount(condor.company.id, async (tx) => {
    await tx.setTransaction({ isolationLevel: 'repeatable read', accessMode: 'read only' });
    return directoryPage(through(tx), condor.company.id, {
      sort: 'name',
      direction: 'asc',
      from: 'first',
      limit: 50,
      ...query,
    });
  });
}

const sorts = contactSortSchema.options;
const searches = [
  'm',
  'ma',
  'garcia',
  'García',
  'GARC',
  'muñoz',
  'munoz',
  'maria g',
  'jose garcia',
  'a',
  'zz',
  '@gran',
  'no hay nadie',
  'de la',
  '--',
  'g m',
  'ana.',
  'l 1',
];

describe('one page after another', () => {
  test.each(
    sorts.flatMap((sort) => (['asc', 'desc'] as const).map((direction) => [sort, direction] as const)),
  )('all of it by %s, %s: forward and back, every row once, positions exact', async (sort, direction) => {
    const ids = expected({ sort, direction });
    expect(ids).toHaveLength(size + 7);
    const seen: string[] = [];
    let here = await page({ sort, direction, limit: 200 });
    for (;;) {
      expect(here.offset).toBe(seen.length);
      expect(here.total).toBe(ids.length);
      seen.push(...here.ids);
      if (here.next === null) break;
      here = await page({ sort, direction, limit: 200, cursor: here.next });
    }
    expect(seen).toEqual(ids);

    let back = await page({ sort, direction, limit: 199, from: 'last' });
    const reversed: string[] = [];
    for (;;) {
      reversed.unshift(...back.ids);
      expect(back.offset).toBe(ids.length - reversed.length);
      if (back.previous === null) break;
      back = await page({ sort, direction, limit: 199, cursor: back.previous });
    }
    expect(reversed).toEqual(ids);
  });

  test('any search, filter, order and place is what sorting everything would give', async () => {
    const any = fc.record({
      sort: fc.constantFrom(...sorts),
      direction: fc.constantFrom('asc' as const, 'desc' as const),
      state: fc.option(fc.constantFrom(...contactStates), { nil: undefined }),
      roleId: fc.option(
        fc.constantFrom(
          'license-installer',
          'license-manager',
          'administrator',
          'notifications-only',
          'auditor',
        ),
        { nil: undefined },
      ),
      search: fc.option(fc.constantFrom(...searches), { nil: undefined }),
      limit: fc.integer({ min: 1, max: 60 }),
      place: fc.oneof(
        fc.constantFrom('first' as const, 'last' as const),
        fc.double({ min: 0, max: 1.1, noNaN: true }),
      ),
    });
    await fc.assert(
      fc.asyncProperty(any, async ({ place, roleId: key, limit, ...rest }) => {
        const query = {
          ...rest,
          roleId: key === undefined ? undefined : condor.company.roles[key as 'auditor'],
        };
        const ids = expected(query);
        const from = typeof place === 'string' ? place : 'first';
        const offset = typeof place === 'number' ? Math.floor(place * ids.length) : undefined;
        const start = Math.min(
          ids.length,
          offset ?? (from === 'first' ? 0 : Math.max(0, ids.length - limit)),
        );
        const here = await page({ ...query, limit, from, offset });
        expect(here).toMatchObject({
          total: ids.length,
          offset: start,
          ids: ids.slice(start, start + limit),
        });
        expect([here.previous === null, here.next === null]).toEqual([
          start === 0 || here.ids.length === 0,
          start + limit >= ids.length || here.ids.length === 0,
        ]);
        if (here.next !== null)
          expect(await page({ ...query, limit, cursor: here.next })).toMatchObject({
            total: ids.length,
            offset: start + limit,
            ids: ids.slice(start + limit, start + 2 * limit),
          });
        if (here.previous !== null) {
          const before = Math.max(0, start - limit);
          expect(await page({ ...query, limit, cursor: here.previous })).toMatchObject({
            total: ids.length,
            offset: before,
            ids: ids.slice(before, start),
          });
        }
      }),
      { numRuns: 100, seed: 20260302 },
    );
  });

  test('a page behind the end is empty and says how many there are', async () => {
    expect(await page({ offset: 1_000_000 })).toEqual({
      ids: [],
      next: null,
      previous: null,
      total: size + 7,
      offset: size + 7,
    });
    expect(await page({ search: 'no hay nadie', from: 'last' })).toEqual({
      ids: [],
      next: null,
      previous: null,
      total: 0,
      offset: 0,
    });
  });

  test('a row that goes away between two pages moves nothing else', async () => {
    const ids = expected({ sort: 'name', direction: 'asc' });
    const first = await page({ limit: 20 });
    const remove = [ids[3], ids[19], ids[20]];
    for (const id of remove) await people.query(sql`delete from contact where id = ${id}`);
    const second = await page({ limit: 20, cursor: first.next ?? undefined });
    expect(second).toMatchObject({ ids: ids.slice(21, 41), offset: 18, total: ids.length - 3 });
    model = model.filter(({ id }) => !remove.includes(id));
  });
});

describe('a cursor', () => {
  test.each([
    ['nothing', ''],
    ['no base64', '***'],
    ['no JSON', Buffer.from('{').toString('base64url')],
    ['another thing', Buffer.from('{"of":1}').toString('base64url')],
  ])('that is %s is refused', async (_what, cursor) => {
    const { client } = await condor.as('administrator');
    expect(await expectRefusal(client.people.listContacts({ cursor }), 'invalid-input')).toEqual({
      field: 'cursor',
    });
  });

  test('of another question is refused', async () => {
    const { client } = await condor.as('administrator');
    const { next: cursor } = await client.people.listContacts({ sort: 'email' });
    for (const other of [
      { sort: 'name' },
      { sort: 'email', direction: 'desc' },
      { sort: 'email', search: 'a' },
    ] as const)
      await expectRefusal(client.people.listContacts({ ...other, cursor: cursor ?? '' }), 'invalid-input');
  });

  test('forged in any way is refused or gives a page, never a fault', async () => {
    const { next } = await page({ sort: 'last-sign-in', limit: 3 });
    const real = JSON.parse(Buffer.from(next ?? '', 'base64url').toString());
    const value = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('infinity', '-infinity', 'now', '2026-02-31 00:00:00+00', '9999-99-99 99:99:99+00'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(value, { maxLength: 3 }), fc.integer(), async (keys, near) => {
        const forged = Buffer.from(
          JSON.stringify({ ...real, keys: [...keys.slice(0, 1), real.keys[1]], near }),
        ).toString('base64url');
        await page({ sort: 'last-sign-in', cursor: forged }).catch((error: unknown) => {
          expect(error).toMatchObject({ code: 'invalid-input' });
        });
      }),
      { numRuns: 60 },
    );
  });
});

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
    await page(query, explaining);
    return seen;
  }

  const middle = async (query: Partial<DirectoryQuery>) => ({
    ...query,
    cursor: (await page({ ...query, offset: 2500 })).next ?? undefined,
  });
  const questions: [string, () => Promise<Partial<DirectoryQuery>>][] = [
    ...sorts.flatMap((sort): [string, () => Promise<Partial<DirectoryQuery>>][] => [
      [`first page by ${sort}`, async () => ({ sort })],
      [`last page by ${sort}`, async () => ({ sort, from: 'last', direction: 'desc' })],
      [`position by ${sort}`, async () => ({ sort, offset: 2700 })],
      [`middle by ${sort}`, () => middle({ sort })],
    ]),
    ...searches.map((search): [string, () => Promise<Partial<DirectoryQuery>>] => [
      `search ${search}`,
      async () => ({ search }),
    ]),
    ['filter by state', async () => ({ state: 'active' })],
    ['rare state', async () => ({ state: 'suspended', sort: 'email' })],
    ['filter by role', async () => ({ roleId: condor.company.roles['license-manager'], sort: 'created' })],
    ['search in a state', async () => ({ state: 'active', search: 'a', sort: 'email' })],
  ];

  test.each(questions)('%s: no sequential scan', async (_what, query) => {
    const plan = await plansOf(await query());
    const tables = plan.filter((node) => node['Relation Name']?.startsWith('directory'));
    expect(tables.length).toBeGreaterThan(0);
    expect(tables.filter((node) => node['Node Type'] === 'Seq Scan')).toEqual([]);
  });

  test('a first page sorts nothing', async () => {
    for (const sort of sorts)
      expect((await plansOf({ sort })).map((node) => node['Node Type'])).not.toContain('Sort');
  });

  test('what follows in the transaction plans as ever', async () => {
    const setting = await people.portal.services.database.inAccount(condor.company.id, async (tx) => {
      await directoryPage(tx, condor.company.id, { sort: 'name', direction: 'asc', from: 'first', limit: 5 });
      return rows(
        tx,
        sql`select name, setting from pg_settings where name like 'enable_%' and setting = 'off'`,
      );
    });
    expect(
      setting.filter(({ name }) => /seqscan|nestloop|mergejoin|sort|bitmapscan/.test(String(name))),
    ).toEqual([]);
  });
});

describe('words and counts follow the directory', () => {
  const drift = async () => ({
    counts: await people.query(
      sql`select role_id, state, sum(n)::int as n from (
          select role_id, state, n from directory_count where account_id = ${condor.company.id}
          union all select role_id, state, -1 from directory where account_id = ${condor.company.id}) x
        group by role_id, state having sum(n) <> 0`,
    ),
    words: await people.query(
      sql`(select contact_id, word, shared, role_id, state from directory_word where account_id = ${condor.company.id}
          except select contact_id, word, shared, role_id, state from directory d, words_of(search_text) where account_id = ${condor.company.id})
        union all
        (select contact_id, word, shared, role_id, state from directory d, words_of(search_text) where account_id = ${condor.company.id}
          except select contact_id, word, shared, role_id, state from directory_word where account_id = ${condor.company.id})`,
    ),
    facts: await people.query(
      sql`select d.contact_id from directory d join directory_facts f using (account_id, contact_id)
        where d.account_id = ${condor.company.id}
          and (d.role_id, d.role_key, d.state, d.last_sign_in_at) is distinct from (f.role_id, f.role_key, f.state, f.last_sign_in_at)`,
    ),
  });
  const none = { counts: [], words: [], facts: [] };

  test('whoever changes them, one or many at a time', async () => {
    expect(await drift()).toEqual(none);
    const { id, roles } = condor.company;
    const statements = [
      sql`update membership set suspended_at = created_at where account_id = ${id} and identity_id in (select identity_id from membership where account_id = ${id} order by identity_id limit 1500)`,
      sql`update membership set suspended_at = null where account_id = ${id}`,
      sql`update membership set role_id = ${roles['license-manager']} where account_id = ${id} and role_id = ${roles['license-installer']} and accepted_at is null`,
      sql`update membership set last_sign_in_at = created_at where account_id = ${id} and last_sign_in_at is null`,
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

  test('a thousand changes leave few rows to add up', async () => {
    const { id } = condor.company;
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

  test('two at once do not wait for each other, and both count', async () => {
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
