import { sql } from 'drizzle-orm';
import { contactSortSchema, type contactStates } from '../../src/contract/portal/people.ts';
import { queryWords, searchWords } from '../../src/domain/search-words.ts';
import { nameSortKey } from '../../src/domain/sort-key.ts';
import type { Tx } from '../../src/portal/db/database.ts';
import { inventPeople } from '../../src/portal/demonstration/invent-people.ts';
import type { DirectoryQuery } from '../../src/portal/services/people/directory-cursor.ts';
import { type DirectoryPage, directoryPage } from '../../src/portal/services/people/directory-page.ts';
import type { People, Staff } from './people-support.ts';
import { testStart } from './support.ts';

/** More than the 4,000 up to which matches are fetched whole, so that both ways of making a page are used. */
export const size = 5200;

export interface Row {
  id: string;
  first: string;
  last: string;
  email: string;
  title: string;
  roleId: string;
  roleKey: string;
  state: (typeof contactStates)[number];
  created: number;
  signedIn: number;
  words: string[];
}

/** A company with many invented people, and what each page of it has to be. */
export interface Gran {
  readonly staff: Staff;
  /** What is in the directory; a test that removes somebody removes them here, too. */
  readonly model: Row[];
  /** Ids of all that match, in order, by sorting everything. */
  expected(query: Omit<DirectoryQuery, 'from' | 'limit'>): string[];
  /** @param through sees the transaction before the page does */
  page(query: Partial<DirectoryQuery>, through?: (tx: Tx) => Tx): Promise<DirectoryPage>;
}

/** @param count people; two companies of one portal have different numbers, because the same people are invented of the same */
export async function createGran(people: People, count = size): Promise<Gran> {
  const staff = await people.staffed();
  const { company } = staff;
  const { database } = people.portal.services;
  await database.asService((tx) =>
    inventPeople(tx, {
      accountId: company.id,
      roles: company.roles,
      count,
      domain: `gran-${count}.example`,
      now: testStart,
    }),
  );
  const found = await people.query<{
    id: string;
    first: string;
    last: string;
    email: string;
    title: string;
    role_id: string;
    role_key: string;
    state: Row['state'];
    created: number;
    signed_in: number;
  }>(
    sql`select c.id, c.first_name as first, c.last_name as last, c.email, c.job_title as title, coalesce(m.role_id, ${company.roles['notifications-only']}) as role_id,
        d.role_key, d.state, (extract(epoch from c.created_at) * 1000)::float8 as created,
        coalesce((extract(epoch from m.last_sign_in_at) * 1000)::float8, '-infinity') as signed_in
      from contact c join directory d on d.account_id = c.account_id and d.contact_id = c.id
      left join membership m on m.account_id = c.account_id and m.identity_id = c.identity_id
      where c.account_id = ${company.id}`,
  );
  const model: Row[] = found.map(({ role_id, role_key, signed_in, ...row }) => ({
    ...row,
    roleId: role_id,
    roleKey: role_key,
    signedIn: Number(signed_in),
    words: searchWords({
      firstName: row.first,
      lastName: row.last,
      email: row.email,
      jobTitle: row.title,
    }),
  }));
  return {
    staff,
    model,
    expected: (query) => sortEverything(model, query),
    page: (query, through = (tx) => tx) =>
      database.inAccount(company.id, async (tx) => {
        await tx.setTransaction({ isolationLevel: 'repeatable read', accessMode: 'read only' });
        return directoryPage(through(tx), company.id, {
          sort: 'name',
          direction: 'asc',
          from: 'first',
          limit: 50,
          ...query,
        });
      }),
  };
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const keysOf: { readonly [sort in DirectoryQuery['sort']]: (row: Row) => (string | number)[] } = {
  name: (row) => [nameSortKey({ firstName: row.first, lastName: row.last })],
  email: (row) => [row.email],
  role: (row) => [row.roleKey, ...keysOf.name(row)],
  state: (row) => [row.state, ...keysOf.name(row)],
  created: (row) => [row.created],
  'last-sign-in': (row) => [row.signedIn],
};

function sortEverything(model: readonly Row[], query: Omit<DirectoryQuery, 'from' | 'limit'>): string[] {
  const words = queryWords(query.search ?? '');
  const matches = model.filter(
    (row) =>
      words !== null &&
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

export const sorts = contactSortSchema.options;
export const searches = [
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
  'ingeniera de estructuras',
  'garcia ing',
  'calc',
];
