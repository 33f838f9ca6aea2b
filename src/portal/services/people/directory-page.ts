import { type SQL, sql } from 'drizzle-orm';
import { queryWords } from '../../../domain/search-words.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import {
  type Cursor,
  type DirectoryQuery,
  type Keys,
  orderOf,
  readCursor,
  writeCursor,
} from './directory-cursor.ts';

export interface DirectoryPage {
  /** Contacts in the order asked for. */
  readonly ids: string[];
  readonly next: string | null;
  readonly previous: string | null;
  /** Rows that match; exact. */
  readonly total: number;
  /** Position of the first row among them, from 0; exact. `total` behind the end. */
  readonly offset: number;
}

/**
 * Up to here all matches are fetched and sorted, which gives the total and every position at once. Beyond, so large a share
 * of the directory matches that walking along the order's index soon meets a page of them.
 */
const gatherLimit = 4000;

/**
 * One page of an account's directory: keyset in both directions, exact total, exact position. No statement looks at the whole directory
 * for the first page, the last one or a search; a page in the middle counts its position from the nearer end of an index.
 *
 * Give it a transaction of its own, `repeatable read`: total and rows then tell of the same moment, and the planner's
 * settings that it makes end with it.
 *
 * @throws `invalid-input` for a cursor that is not one of this query
 */
export async function directoryPage(
  tx: Tx,
  accountId: string,
  query: DirectoryQuery,
): Promise<DirectoryPage> {
  await neverScanEverything(tx);
  const plan = await planOf(tx, accountId, query);
  const { total } = plan;
  const { found, offset } = await (plan.ids === null ? walk(tx, plan) : gather(tx, plan, plan.ids));
  const [first, last] = [found[0], found.at(-1)];
  const cursor = (side: Cursor['side'], row: Found | undefined, near: number) =>
    row === undefined ? null : writeCursor(query, { side, keys: row.keys, near });
  return {
    ids: found.map((row) => row.id),
    previous: offset > 0 ? cursor('before', first, offset) : null,
    next: offset + found.length < total ? cursor('after', last, offset + found.length - 1) : null,
    total,
    offset,
  };
}

interface Plan {
  readonly query: DirectoryQuery;
  readonly cursor: Cursor | null;
  readonly accountId: string;
  /** Conditions on `directory d`, which also serve a walk. */
  readonly where: SQL;
  /** Few match: a statement that gives their `contact_id`. Null: walk along the order's index. */
  readonly ids: SQL | null;
  /** Exact. */
  readonly total: number;
}

interface Found extends Record<string, unknown> {
  readonly id: string;
  readonly keys: Keys;
}

interface Result {
  /** In the order asked for. */
  readonly found: Found[];
  readonly offset: number;
}

async function planOf(tx: Tx, accountId: string, query: DirectoryQuery): Promise<Plan> {
  const cursor = query.cursor === undefined ? null : readCursor(query, query.cursor);
  const words = queryWords(query.search ?? '');
  const where = all([
    sql`d.account_id = ${accountId}`,
    ...filtersOn('d', query),
    ...words.map((word) => sql`strpos(d.search_text, ${` ${word}`}) > 0`),
  ]);
  const ids = words.length > 0 ? byWords(accountId, query, words) : byFilters(accountId, query);
  const total = words.length > 0 ? await countIds(tx, ids) : await countKept(tx, accountId, query);
  const narrowed = words.length > 0 || query.state !== undefined || query.roleId !== undefined;
  return { query, cursor, accountId, where, ids: narrowed && total <= gatherLimit ? ids : null, total };
}

function filtersOn(relation: 'd' | 'c' | 'w0', { state, roleId }: DirectoryQuery): SQL[] {
  const column = (name: string) => sql.raw(`${relation}.${name}`);
  return [
    ...(state === undefined ? [] : [sql`${column('state')} = ${state}`]),
    ...(roleId === undefined ? [] : [sql`${column('role_id')} = ${roleId}`]),
  ];
}

/** Exact, from the counts that triggers keep. */
function countKept(tx: Tx, accountId: string, query: DirectoryQuery): Promise<number> {
  const where = all([sql`c.account_id = ${accountId}`, ...filtersOn('c', query)]);
  return count(tx, sql`select coalesce(sum(c.n), 0)::int as n from directory_count c where ${where}`);
}

function byFilters(accountId: string, query: DirectoryQuery): SQL {
  return sql`select d.contact_id from directory d where ${all([sql`d.account_id = ${accountId}`, ...filtersOn('d', query)])}`;
}

/**
 * Contacts of whom each of these is the beginning of a word. A range of the word index has each contact once, see `directory_word` in
 * the migration, so several words are a join of ranges and nothing has to be made distinct.
 */
function byWords(accountId: string, query: DirectoryQuery, words: readonly string[]): SQL {
  const ranges = words.map((word, index) => {
    const w = sql.raw(`w${index}`);
    return sql`${w}.account_id = ${accountId} and ${w}.word >= ${word} and ${w}.word < ${`${word}\u{10ffff}`}
      and ${w}.shared < ${[...word].length}`;
  });
  const joined = words
    .slice(1)
    .map((_, index) => sql.raw(` join directory_word w${index + 1} using (contact_id)`));
  return sql`select contact_id from directory_word w0${sql.join(joined, sql``)} where ${all([...ranges, ...filtersOn('w0', query)])}`;
}

function countIds(tx: Tx, ids: SQL): Promise<number> {
  return count(tx, sql`select count(*)::int as n from (${ids}) found`);
}

/** Which rows of the page are looked for, and from which end. */
function scanOf(plan: Plan): { forward: boolean; cursor: Cursor | null } {
  const { cursor, query } = plan;
  return { forward: cursor === null ? query.from === 'first' : cursor.side === 'after', cursor };
}

/** Few match: fetch all, sort, number. */
async function gather(tx: Tx, plan: Plan, ids: SQL): Promise<Result> {
  const { forward, cursor } = scanOf(plan);
  const [d, m] = [orderOf(plan.query, 'd'), orderOf(plan.query, 'm')];
  const page = await rows<Found & { position: number }>(
    tx,
    sql`with found as materialized (${ids}),
      m as materialized (
        select ${d.columns}, row_number() over (order by ${d.by(true)})::int - 1 as position
        from found cross join lateral (
          select * from directory where account_id = ${plan.accountId} and contact_id = found.contact_id limit 1
        ) d)
    select m.contact_id as id, ${m.keys} as keys, m.position from m
    where ${cursor === null ? sql`true` : m.beside(cursor.side, cursor.keys)}
    order by m.position ${sql.raw(forward ? 'asc' : 'desc')} limit ${plan.query.limit}`,
  );
  if (!forward) page.reverse();
  return { found: page, offset: page[0]?.position ?? (forward ? plan.total : 0) };
}

/** Many match: walk along the index of the order. */
async function walk(tx: Tx, plan: Plan): Promise<Result> {
  const { forward, cursor } = scanOf(plan);
  const order = orderOf(plan.query, 'd');
  const beside = (side: Cursor['side'], keys: Keys) => sql`${plan.where} and ${order.beside(side, keys)}`;
  await neverSort(tx);
  const found = await rows<Found>(
    tx,
    sql`select d.contact_id as id, ${order.keys} as keys from directory d
      where ${cursor === null ? plan.where : beside(cursor.side, cursor.keys)}
      order by ${order.by(forward)} limit ${plan.query.limit}`,
  );
  if (!forward) found.reverse();
  const { total } = plan;
  const [first, last] = [found[0], found.at(-1)];
  if (first === undefined || last === undefined) return { found, offset: forward ? total : 0 };
  if (cursor === null) return { found, offset: forward ? 0 : total - found.length };
  const offset =
    cursor.near <= total / 2
      ? await countRows(tx, beside('before', first.keys))
      : total - found.length - (await countRows(tx, beside('after', last.keys)));
  return { found, offset };
}

function countRows(tx: Tx, where: SQL): Promise<number> {
  return count(tx, sql`select count(*)::int as n from directory d where ${where}`);
}

async function count(tx: Tx, statement: SQL): Promise<number> {
  const [row] = await rows<{ n: number }>(tx, statement);
  return row?.n ?? 0;
}

/**
 * The planner does not know how often the beginning of a word occurs in one company, and the embedded database has no statistics at all.
 * The counts do know, so they choose the way, and these settings keep the planner on it until the transaction ends.
 */
async function neverScanEverything(tx: Tx): Promise<void> {
  await tx.execute(
    sql`select set_config('enable_seqscan', 'off', true), set_config('enable_nestloop', 'off', true),
      set_config('enable_mergejoin', 'off', true)`,
  );
}

/** The order comes from its index, and reading stops when the page is full. */
async function neverSort(tx: Tx): Promise<void> {
  await tx.execute(
    sql`select set_config('enable_sort', 'off', true), set_config('enable_incremental_sort', 'off', true),
      set_config('enable_bitmapscan', 'off', true)`,
  );
}

function all(conditions: readonly SQL[]): SQL {
  return sql.join([...conditions], sql` and `);
}
