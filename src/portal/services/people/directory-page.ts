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
 * Up to here all matches are fetched and sorted, which gives every position at once. Beyond, so large a share of the
 * directory matches that walking along the order's index soon meets a page of them.
 */
const gatherLimit = 4000;

/**
 * One page of an account's directory: keyset in both directions, or by position; exact total, exact position. No statement looks at the whole
 * directory for the first page, the last one or a search; in the middle, positions are counted in an index from its nearer end.
 *
 * Give it a `repeatable read` transaction: total and rows then tell of the same moment.
 *
 * @throws `invalid-input` for a cursor that is not one of this query
 */
export async function directoryPage(
  tx: Tx,
  accountId: string,
  query: DirectoryQuery,
): Promise<DirectoryPage> {
  const plan = planOf(accountId, query);
  if (plan === null) return { ids: [], next: null, previous: null, total: 0, offset: 0 };
  await plannerSettings(tx, 'off', wholeReads);
  const { found, offset, total } = await pageOf(tx, plan);
  await plannerSettings(tx, 'on', [...wholeReads, ...sorting]);
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
  readonly accountId: string;
  readonly query: DirectoryQuery;
  readonly cursor: Cursor | null;
  readonly words: readonly string[];
  /** Conditions on `directory d`. */
  readonly where: SQL;
  /** A statement that gives every match's `contact_id`. */
  readonly ids: SQL;
}

/** A plan of which the number of matches is known. */
interface CountedPlan extends Plan {
  readonly total: number;
}

interface Found extends Record<string, unknown> {
  readonly id: string;
  readonly keys: Keys;
}

/** Rows in the order asked for, and the position of the first. */
interface Result {
  readonly found: Found[];
  readonly offset: number;
  readonly total: number;
}

/** @returns null when nobody is found by what is searched */
function planOf(accountId: string, query: DirectoryQuery): Plan | null {
  const cursor = query.cursor === undefined ? null : readCursor(query, query.cursor);
  const words = queryWords(query.search ?? '');
  if (words === null) return null;
  const filters = all([sql`d.account_id = ${accountId}`, ...filtersOn('d', query)]);
  const where = all([filters, ...words.map((word) => sql`strpos(d.search_text, ${` ${word}`}) > 0`)]);
  const ids =
    words.length > 0
      ? contactsByWords(accountId, query, words)
      : sql`select d.contact_id from directory d where ${filters}`;
  return { accountId, query, cursor, words, where, ids };
}

async function pageOf(tx: Tx, plan: Plan): Promise<Result> {
  const { words, query } = plan;
  // Several words are a join, which is not done twice: what finds them counts them, too.
  if (words.length > 1) {
    const result = await gather(tx, plan);
    return result.total <= gatherLimit ? result : walk(tx, { ...plan, total: result.total });
  }
  const narrowed = words.length > 0 || query.state !== undefined || query.roleId !== undefined;
  const total =
    words.length > 0
      ? await count(tx, sql`select count(*)::int as n from (${plan.ids}) found`)
      : await countKept(tx, plan.accountId, query);
  return narrowed && total <= gatherLimit ? gather(tx, plan) : walk(tx, { ...plan, total });
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

/**
 * Contacts of whom each of these is the beginning of a word. A range of the word index has each contact once, see `directory_word` in
 * the migration, so several words are a join of ranges and nothing has to be made distinct.
 */
function contactsByWords(accountId: string, query: DirectoryQuery, words: readonly string[]): SQL {
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

/** Where a page without cursor begins. */
function startOf({ query, total }: CountedPlan): number {
  if (query.offset !== undefined) return Math.min(query.offset, total);
  return query.from === 'first' ? 0 : Math.max(0, total - query.limit);
}

/**
 * Fetches all matches, sorts and numbers them, and counts them in the same statement. When more than `gatherLimit` match, they are counted
 * alone and no row is fetched.
 */
async function gather(tx: Tx, plan: Plan): Promise<Result> {
  const { cursor, query, ids } = plan;
  const [d, m] = [orderOf(query, 'd'), orderOf(query, 'm')];
  const backward = cursor?.side === 'before';
  const start =
    query.offset === undefined && query.from === 'last'
      ? sql`greatest(0, counted.total - ${query.limit})`
      : sql`${query.offset ?? 0}`;
  const answer = await rows<{ total: number; id: string | null; keys: Keys; position: number }>(
    tx,
    sql`with found as materialized (${ids}),
      counted as materialized (select count(*)::int as total from found),
      m as materialized (
        select ${d.columns}, row_number() over (order by ${d.by(true)})::int - 1 as position
        from found cross join lateral (
          select * from directory where account_id = ${plan.accountId} and contact_id = found.contact_id limit 1
        ) d
        where (select total from counted) <= ${gatherLimit})
    select counted.total, page.id, page.keys, page.position from counted left join lateral (
      select m.contact_id as id, ${m.keys} as keys, m.position from m
      where ${cursor === null ? sql`m.position >= ${start}` : m.beside(cursor.side, cursor.keys)}
      order by m.position ${sql.raw(backward ? 'desc' : 'asc')} limit ${query.limit}
    ) page on true order by page.position`,
  );
  const total = answer[0]?.total ?? 0;
  const found = answer.flatMap(({ id, keys, position }) => (id === null ? [] : [{ id, keys, position }]));
  return { found, offset: found[0]?.position ?? (backward ? 0 : total), total };
}

/** Many match: walk along the index of the order. */
async function walk(tx: Tx, plan: CountedPlan): Promise<Result> {
  await plannerSettings(tx, 'off', sorting);
  return plan.cursor === null ? walkFrom(tx, plan) : walkBeside(tx, plan, plan.cursor);
}

/** From a position, beginning at the nearer end. */
async function walkFrom(tx: Tx, plan: CountedPlan): Promise<Result> {
  const start = startOf(plan);
  const length = Math.min(plan.query.limit, plan.total - start);
  const behind = plan.total - start - length;
  const forward = start <= behind;
  const found = await read(tx, plan, { where: plan.where, forward, skip: forward ? start : behind, length });
  return { found, offset: start, total: plan.total };
}

/** Before or after a row; the position is counted from the end that the row was nearer to. */
async function walkBeside(tx: Tx, plan: CountedPlan, cursor: Cursor): Promise<Result> {
  const { where, total, query } = plan;
  const order = orderOf(query, 'd');
  const beside = (side: Cursor['side'], keys: Keys) => sql`${where} and ${order.beside(side, keys)}`;
  const forward = cursor.side === 'after';
  const found = await read(tx, plan, {
    where: beside(cursor.side, cursor.keys),
    forward,
    skip: 0,
    length: query.limit,
  });
  const [first, last] = [found[0], found.at(-1)];
  if (first === undefined || last === undefined) return { found, offset: forward ? total : 0, total };
  const countBeside = (side: Cursor['side'], row: Found) =>
    count(tx, sql`select count(*)::int as n from directory d where ${beside(side, row.keys)}`);
  const offset =
    cursor.near <= total / 2
      ? await countBeside('before', first)
      : total - found.length - (await countBeside('after', last));
  return { found, offset, total };
}

async function read(
  tx: Tx,
  plan: Plan,
  part: { where: SQL; forward: boolean; skip: number; length: number },
): Promise<Found[]> {
  const order = orderOf(plan.query, 'd');
  const found = await rows<Found>(
    tx,
    // Keys are written as text for the page alone, not for the rows skipped before it.
    sql`select d.contact_id as id, ${order.keys} as keys from (
        select ${order.columns} from directory d where ${part.where}
        order by ${order.by(part.forward)} limit ${part.length} offset ${part.skip}
      ) d order by ${order.by(part.forward)}`,
  );
  return part.forward ? found : found.reverse();
}

async function count(tx: Tx, statement: SQL): Promise<number> {
  const [row] = await rows<{ n: number }>(tx, statement);
  return row?.n ?? 0;
}

/** Ways that read everything, or one row at a time for everything; remembering rows that are asked for once. */
const wholeReads = ['enable_seqscan', 'enable_nestloop', 'enable_mergejoin', 'enable_memoize'];
/** Off: the order comes from its index, and reading stops when the page is full. */
const sorting = ['enable_sort', 'enable_incremental_sort', 'enable_bitmapscan'];

/**
 * The planner does not know how often the beginning of a word occurs in one company, and the embedded database has no statistics at all.
 * The counts do know, so they choose the way, and these settings keep the planner on it.
 */
async function plannerSettings(tx: Tx, value: 'on' | 'off', names: readonly string[]): Promise<void> {
  const settings = names.map((name) => sql`set_config(${name}, ${value}, true)`);
  await tx.execute(sql`select ${sql.join(settings, sql`, `)}`);
}

function all(conditions: readonly SQL[]): SQL {
  return sql.join([...conditions], sql` and `);
}
