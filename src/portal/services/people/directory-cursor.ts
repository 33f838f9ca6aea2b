import { type SQL, sql } from 'drizzle-orm';
import { z } from 'zod';
import { AldabaError } from '../../../contract/errors.ts';
import type { Contact, contactSortSchema } from '../../../contract/portal/people.ts';
import { idSchema } from '../../../contract/primitives.ts';

export interface DirectoryQuery {
  readonly search?: string | undefined;
  readonly sort: z.infer<typeof contactSortSchema>;
  readonly direction: 'asc' | 'desc';
  readonly state?: Contact['state'] | undefined;
  readonly roleId?: string | undefined;
  readonly from: 'first' | 'last';
  /** Position of the first row; without a cursor. */
  readonly offset?: number | undefined;
  readonly cursor?: string | undefined;
  readonly limit: number;
}

type Column = readonly [name: string, type: 'text' | 'timestamptz' | 'uuid'];

/** Columns of each order. The contact's id is the last of each and decides among equals. */
const orders: { readonly [sort in DirectoryQuery['sort']]: readonly Column[] } = {
  name: [['name_key', 'text']],
  email: [['email_key', 'text']],
  role: [
    ['role_key', 'text'],
    ['name_key', 'text'],
  ],
  state: [
    ['state', 'text'],
    ['name_key', 'text'],
  ],
  created: [['created_at', 'timestamptz']],
  'last-sign-in': [['last_sign_in_at', 'timestamptz']],
};

function columnsOf(sort: DirectoryQuery['sort']): readonly Column[] {
  return [...orders[sort], ['contact_id', 'uuid']];
}

/** A row's place in the order: the values of its columns as text. */
export type Keys = readonly string[];

/** The SQL of one order over a relation with the directory's columns. */
export function orderOf(query: DirectoryQuery, relation: 'd' | 'm') {
  const columns = columnsOf(query.sort);
  const name = (column: Column) => sql.raw(`${relation}.${column[0]}`);
  const tuple = sql`(${sql.join(columns.map(name), sql`, `)})`;
  return {
    /** For the select list of the relation that others read the order from. */
    columns: sql.join(columns.map(name), sql`, `),
    keys: sql`array[${sql.join(
      columns.map((column) => sql`${name(column)}::text`),
      sql`, `,
    )}]`,
    /** `forward`: as people see it; otherwise from the end. */
    by(forward: boolean): SQL {
      const ascending = (query.direction === 'asc') === forward;
      return sql.join(
        columns.map((column) => sql`${name(column)} ${sql.raw(ascending ? 'asc' : 'desc')}`),
        sql`, `,
      );
    },
    /** Rows that people see on this side of a place. */
    beside(side: 'before' | 'after', keys: Keys): SQL {
      const greater = (side === 'after') === (query.direction === 'asc');
      const values = columns.map((column, index) => sql`${keys[index]}::${sql.raw(column[1])}`);
      return sql`${tuple} ${sql.raw(greater ? '>' : '<')} (${sql.join(values, sql`, `)})`;
    },
  };
}

/** Where a page begins. */
export interface Cursor {
  readonly side: 'after' | 'before';
  /** Place of the row beside the page. */
  readonly keys: Keys;
  /** Position that this row had, to choose from which end to count. */
  readonly near: number;
}

const cursorSchema = z.strictObject({
  /** The query that it belongs to; with another one the page would make no sense. */
  of: z.string(),
  side: z.enum(['after', 'before']),
  keys: z.array(z.string().max(600)),
  near: z.number().int().nonnegative(),
});

function fingerprint(query: DirectoryQuery): string {
  const { search = '', sort, direction, state = '', roleId = '' } = query;
  return [sort, direction, state, roleId, search].join('\n');
}

/** Opaque to clients; good for the same question alone. */
export function writeCursor(query: DirectoryQuery, cursor: Cursor): string {
  return Buffer.from(JSON.stringify({ of: fingerprint(query), ...cursor })).toString('base64url');
}

/** @throws `invalid-input` when it is not a cursor of this query */
export function readCursor(query: DirectoryQuery, text: string): Cursor {
  const parsed = cursorSchema.safeParse(parseJson(Buffer.from(text, 'base64url').toString()));
  if (!parsed.success || parsed.data.of !== fingerprint(query) || !areKeys(query, parsed.data.keys))
    throw new AldabaError('invalid-input', 'not a cursor of this query', { field: 'cursor' });
  const { side, keys, near } = parsed.data;
  return { side, keys, near };
}

/** Every value has to be one that the database can read, or a forged cursor would be a fault of ours. */
function areKeys(query: DirectoryQuery, keys: Keys): boolean {
  const columns = columnsOf(query.sort);
  const valid = {
    text: (value: string) => !value.includes('\0') && value.isWellFormed(),
    timestamptz: (value: string) => value === '-infinity' || isInstant(value),
    uuid: (value: string) => idSchema.safeParse(value).success,
  };
  return keys.length === columns.length && columns.every(([, type], index) => valid[type](keys[index] ?? ''));
}

/** As the database writes an instant: `2026-03-02 08:00:00.25+00`. */
function isInstant(value: string): boolean {
  const [, date, time] =
    /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d{1,6})?[+-](?:0\d|1[0-4])(?::[0-5]\d)?$/.exec(value) ?? [];
  const instant = new Date(`${date}T${time}Z`);
  // Day and time have to exist, and no year is 0.
  return (
    !Number.isNaN(instant.getTime()) &&
    instant.toISOString().startsWith(`${date}T${time}`) &&
    date?.slice(0, 4) !== '0000'
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
