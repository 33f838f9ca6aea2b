import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { getTableColumns, getTableName, is, sql } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/portal/clock.ts';
import { openDatabase } from '../../src/portal/db/database.ts';
import { isMigrated, migrate } from '../../src/portal/db/migrate.ts';
import { rows } from '../../src/portal/db/run.ts';
import * as schema from '../../src/portal/db/schema.ts';
import { newId } from '../../src/portal/ids.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { needs } from '../support/skip.ts';
import { startTestPortal, type TestCompany, type TestPortal, testPassword } from './support.ts';

let database: TestDatabase;
let portal: TestPortal;
let condor: TestCompany;
let puentes: TestCompany;
const ana = 'ana@condor.example';

beforeAll(async () => {
  database = await createTestDatabase();
  portal = await startTestPortal({ database: database.url });
  condor = await portal.company('Estructuras Cóndor', [
    { email: ana, role: 'administrator', password: testPassword },
  ]);
  puentes = await portal.company('Puentes del Sur', [
    { email: 'eva@puentes.example', role: 'administrator', password: testPassword },
  ]);
});
afterAll(async () => {
  await portal.close();
  await database.drop();
});

/** Hands connections on to a port of this machine, until those that are open fall silent. */
async function startRelay(to: number) {
  const open = new Set<Socket>();
  const server = createServer((incoming) => {
    const outgoing = connect(to, '127.0.0.1');
    for (const socket of [incoming, outgoing]) {
      open.add(socket);
      socket.on('error', () => undefined);
    }
    incoming.pipe(outgoing).pipe(incoming);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    silence() {
      for (const socket of open) socket.unpipe().pause();
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe('migrations', () => {
  test('change nothing the second time', async () => {
    expect(await migrate(portal.services.database, systemClock)).toEqual([]);
    expect(await isMigrated(portal.services.database)).toBe(true);
  });

  test('of nodes that start at the same time run once', async (context) => {
    needs(context, database.engine === 'postgres', 'the embedded database has one node');
    const empty = await createTestDatabase({ empty: true });
    const nodes = await Promise.all(Array.from({ length: 4 }, () => openDatabase({ url: empty.url })));
    const applied = await Promise.all(nodes.map((node) => migrate(node, systemClock)));
    expect(applied.filter((names) => names.length > 0)).toHaveLength(1);
    expect(await Promise.all(nodes.map(isMigrated))).toEqual([true, true, true, true]);
    await Promise.all(nodes.map((node) => node.close()));
    await empty.drop();
  });

  test('that changed after they were applied are refused', async () => {
    const { queries } = portal.services.database;
    const name = '0001-foundation.sql';
    const [before] = await rows<{ sha256: string }>(
      queries,
      sql`select sha256 from aldaba_migration where name = ${name}`,
    );
    await queries.execute(sql`update aldaba_migration set sha256 = 'another' where name = ${name}`);
    await expect(migrate(portal.services.database, systemClock)).rejects.toThrow(
      'changed after it was applied',
    );
    await queries.execute(sql`update aldaba_migration set sha256 = ${before?.sha256} where name = ${name}`);
  });

  test('make the tables that the code knows: columns, kinds and what may be absent', async () => {
    const existing = await rows<{
      table_name: string;
      column_name: string;
      udt_name: string;
      is_nullable: string;
    }>(
      portal.services.database.queries,
      sql`select table_name, column_name, udt_name, is_nullable from information_schema.columns where table_schema = 'public'`,
    );
    const kinds: Record<string, string> = {
      'timestamp with time zone': 'timestamptz',
      integer: 'int4',
      smallint: 'int2',
      bigint: 'int8',
      boolean: 'bool',
      'double precision': 'float8',
      'text[]': '_text',
      'uuid[]': '_uuid',
      'timestamp with time zone[]': '_timestamptz',
    };
    const tables = Object.values(schema).filter((value) => is(value, PgTable));
    expect(tables.length).toBeGreaterThan(15);
    for (const table of tables) {
      const name = getTableName(table);
      const inDatabase = existing
        .filter((column) => column.table_name === name)
        .map(
          (column) =>
            `${column.column_name} ${column.udt_name}${column.is_nullable === 'YES' ? '' : ' not null'}`,
        );
      const inCode = Object.values(getTableColumns(table)).map((column) => {
        const kind = kinds[column.getSQLType()] ?? column.getSQLType();
        // A generated column is never written, so it may be absent as far as the code is concerned.
        return `${column.name} ${kind}${column.notNull ? ' not null' : ''}`;
      });
      expect([name, inCode.sort()]).toEqual([name, inDatabase.sort()]);
    }
  });
});

describe('an account’s transaction', () => {
  test('sees its own rows, whatever the query says', async () => {
    await portal.services.database.inAccount(condor.id, async (tx) => {
      expect((await tx.select().from(schema.account)).map(({ id }) => id)).toEqual([condor.id]);
      for (const table of [schema.role, schema.membership, schema.contact]) {
        const accounts = (await tx.select({ accountId: table.accountId }).from(table)).map(
          (row) => row.accountId,
        );
        expect(new Set(accounts)).toEqual(new Set([condor.id]));
      }
      const people = await rows<{ email: string }>(tx, sql`select email from identity`);
      expect(people).toEqual([{ email: ana }]);
    });
  });

  test('cannot write into another account', async () => {
    const now = new Date(portal.clock.now());
    const attempt = portal.services.database.inAccount(condor.id, (tx) =>
      tx
        .insert(schema.role)
        .values({ accountId: puentes.id, id: newId(1), name: 'x', permissions: [], createdAt: now }),
    );
    await expect(attempt).rejects.toMatchObject({
      cause: { message: expect.stringContaining('row-level security') },
    });
    const changed = await portal.services.database.inAccount(condor.id, (tx) =>
      tx.update(schema.contact).set({ firstName: 'X' }).returning({ accountId: schema.contact.accountId }),
    );
    expect(changed.every(({ accountId }) => accountId === condor.id)).toBe(true);
  });

  test.each([
    ['password hashes', sql`select password_hash from identity`],
    ['refresh tokens', sql`select * from refresh_token`],
    ['access tokens', sql`select * from access_token`],
    ['guesses', sql`select * from guess`],
    ['the audit behind its policy', sql`select * from audit_other`],
    ['the past', sql`update audit set action = 'x'`],
  ])('is refused %s', async (_what, statement) => {
    const attempt = portal.services.database.inAccount(condor.id, (tx) => tx.execute(statement));
    await expect(attempt).rejects.toMatchObject({
      cause: { message: expect.stringMatching(/permission denied|append-only/) },
    });
  });

  test('reaches no table without a policy, but for what is the same for all companies', async () => {
    const open = await rows<{ name: string; may: string }>(
      portal.services.database.queries,
      sql`select c.relname as name, string_agg(lower(p), ',' order by p) as may
        from pg_class c, unnest(array['SELECT', 'INSERT', 'UPDATE', 'DELETE']) as p
        where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')
          and not (c.relrowsecurity and exists (select from pg_policy where polrelid = c.oid))
          and has_table_privilege('aldaba_account', c.oid, p)
        group by c.relname order by c.relname`,
    );
    expect(open).toEqual(['product', 'release', 'suite_product'].map((name) => ({ name, may: 'select' })));
  });

  test('leaves nothing behind on its connection', async () => {
    const { database: db } = portal.services;
    await db.inAccount(condor.id, (tx) => tx.select().from(schema.account));
    await db.inAccount(condor.id, () => Promise.reject(new Error('undone'))).catch(() => undefined);
    // More than the pool has connections, so that each of them is asked.
    const asked = await Promise.all(
      Array.from({ length: 30 }, () =>
        rows<{ who: string; account: string | null }>(
          db.queries,
          sql`select current_user as who, nullif(current_setting('aldaba.account_id', true), '') as account`,
        ),
      ),
    );
    for (const [row] of asked)
      expect(row).toMatchObject({ who: expect.not.stringMatching('aldaba_account'), account: null });
  });

  test('takes an id and nothing else', async () => {
    const attempt = portal.services.database.inAccount("'; drop table account; --", async () => undefined);
    await expect(attempt).rejects.toThrow('Invalid UUID');
    expect((await portal.services.database.queries.select().from(schema.account)).length).toBeGreaterThan(1);
  });

  test('the outer client inside a transaction is an error where it would hang', async (context) => {
    needs(context, database.engine === 'pglite', 'PostgreSQL has a connection for it');
    const { database: db } = portal.services;
    const attempt = db.asService(() => db.queries.select().from(schema.account));
    await expect(attempt).rejects.toMatchObject({
      cause: { message: expect.stringContaining('pass its tx') },
    });
    await expect(db.asService(() => db.asService(async () => 1))).rejects.toThrow('pass its tx');
  });
});

describe('a connection that breaks', () => {
  test('in a transaction fails that transaction and nothing else', async (context) => {
    needs(context, database.engine === 'postgres', 'the embedded database has no connections');
    const { database: db } = portal.services;
    const killed = db.asService(async (tx) => {
      const [own] = await rows<{ pid: number }>(tx, sql`select pg_backend_pid() as pid`);
      const { pid } = own ?? expect.unreachable();
      await db.queries.execute(sql`select pg_terminate_backend(${pid})`);
      const alive = async () =>
        (await rows(db.queries, sql`select 1 from pg_stat_activity where pid = ${pid}`)).length;
      await expect.poll(alive, { interval: 10 }).toBe(0);
      // Its end arrives between two statements.
      await rows(tx, sql`select 1`);
    });
    await expect(killed).rejects.toThrow();
    expect(await db.asService((tx) => rows(tx, sql`select 1 as one`))).toEqual([{ one: 1 }]);
  });

  test('without a word, as when its host vanishes, is given up and replaced', async (context) => {
    const { url } = database;
    needs(context, url !== undefined, 'the embedded database has no connections');
    const relay = await startRelay(Number(new URL(url).port));
    const through = new URL(url);
    through.port = String(relay.port);
    const db = await openDatabase({ url: through.href, connections: 1, answerTimeout: 500 });
    const ask = () => rows(db.queries, sql`select 1 as one`);
    expect(await ask()).toEqual([{ one: 1 }]);
    relay.silence();
    await expect(ask()).rejects.toMatchObject({ cause: { message: 'Query read timeout' } });
    expect(await ask()).toEqual([{ one: 1 }]);
    await db.close();
    await relay.close();
  });
});
