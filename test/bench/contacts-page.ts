import { permissions } from '../../src/contract/permissions.ts';
import { contactSortSchema } from '../../src/contract/portal/people.ts';
import { type Database, openDatabase } from '../../src/portal/db/database.ts';
import { migrate } from '../../src/portal/db/migrate.ts';
import { inventPeople } from '../../src/portal/demonstration/invent-people.ts';
import { newId } from '../../src/portal/ids.ts';
import { createAccount } from '../../src/portal/services/people/create-account.ts';
import type { DirectoryQuery } from '../../src/portal/services/people/directory-cursor.ts';
import { listContacts, type Reader } from '../../src/portal/services/people/read-contacts.ts';
import { createPostgresDatabase, startPostgres } from '../support/postgres.ts';
import { below, type Goals, type Measured, percentile, type Run } from './figure.ts';

/** Contacts of one company (docs/figures.md, "Speed"). */
const size = 100_000;
/** Milliseconds at the 95th percentile. */
const goals = { postgres: 50, pglite: 150 } as const;
const rounds = 8;

/** What people type on the way to somebody: one letter, a syllable, a name, two, an address, a job title, nobody. */
const searches = [
  'm',
  'ma',
  'mar',
  'maria',
  'maría g',
  'maria garcia',
  'muñoz',
  'munoz',
  'zu',
  'zúñiga',
  'g',
  'gonz',
  'ana ruiz',
  'joão',
  'ana.garcia',
  '@gran',
  'jose l',
  'calculista',
  'ingeniera de estructuras',
  'garcia obra',
  'no hay nadie así',
];

type Query = Partial<DirectoryQuery>;

const orders = contactSortSchema.options.flatMap((sort) =>
  (['asc', 'desc'] as const).map((direction): Query => ({ sort, direction })),
);
const kinds: { readonly [kind: string]: readonly Query[] } = {
  first: orders,
  last: orders.map((order) => ({ ...order, from: 'last' })),
  search: searches.flatMap((search): Query[] => [{ search }, { search, sort: 'email', from: 'last' }]),
  'filtered-search': searches.map((search) => ({
    search,
    state: 'active',
    sort: 'last-sign-in',
    direction: 'desc',
  })),
  position: orders.map((order, index) => ({ ...order, offset: Math.floor((size * (index + 1)) / 14) })),
};

type Engine = keyof typeof goals;
const nameOf = (kind: string, engine: Engine) => `contacts-${kind}-${engine}`;

/** The first round is no sample: it warms. */
export const figures: Goals = Object.fromEntries(
  (['postgres', 'pglite'] as const).flatMap((engine) =>
    Object.entries(kinds).map(([kind, { length }]) => [
      nameOf(kind, engine),
      below(goals[engine], 'ms', `p95 of ${length * (rounds - 1)}`),
    ]),
  ),
);

/** Pages of fifty as the portal answers them: transaction, row-level security, rows with roles and seats. */
export const run: Run<Goals> = async (asks) => {
  const askedOn = (engine: Engine) => Object.entries(kinds).filter(([kind]) => asks(nameOf(kind, engine)));
  const onPostgres = askedOn('postgres');
  const embedded = askedOn('pglite');
  return {
    ...(onPostgres.length > 0 && (await withPostgres((database) => measure(database, onPostgres)))),
    ...(embedded.length > 0 && (await measure(await openDatabase(), embedded))),
  };
};

async function withPostgres<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
  const server = await startPostgres();
  try {
    const { url } = await createPostgresDatabase(server.url);
    return await work(await openDatabase({ url }));
  } finally {
    await server.stop();
  }
}

async function measure(
  database: Database,
  asked: readonly (readonly [kind: string, queries: readonly Query[]])[],
): Promise<Record<string, Measured>> {
  try {
    const reader = await fill(database);
    const measured: Record<string, Measured> = {};
    for (const [kind, queries] of asked) {
      const samples: number[] = [];
      for (let round = 0; round < rounds; round += 1)
        for (const query of queries) {
          const start = performance.now();
          await listContacts(reader, { sort: 'name', direction: 'asc', from: 'first', limit: 50, ...query });
          if (round > 0) samples.push(performance.now() - start);
        }
      measured[nameOf(kind, database.engine)] = { value: percentile(samples, 95) };
    }
    return measured;
  } finally {
    await database.close();
  }
}

async function fill(database: Database): Promise<Reader> {
  const clock = { now: () => Date.UTC(2026, 2, 2) };
  const now = clock.now();
  await migrate(database, clock);
  const { id: accountId, roles } = await database.asService((tx) =>
    createAccount(tx, { name: 'Gran empresa', now }),
  );
  const count = 10_000;
  for (let first = 0; first < size; first += count)
    await database.asService((tx) =>
      inventPeople(tx, { accountId, roles, domain: 'gran.example', first, count, now }),
    );
  const reader: Reader = {
    portal: { database, clock },
    principal: { accountId, identityId: newId(now), permissions: new Set(permissions) },
  };
  // Writes down the invitations that ended: 3,000 at once, which no company has.
  await listContacts(reader, { sort: 'name', direction: 'asc', from: 'first', limit: 50 });
  // A server does this by itself within a minute of such a load; the embedded database never does.
  if (database.engine === 'postgres')
    await database.exclusively((session) => session.execute('vacuum analyze'));
  return reader;
}
