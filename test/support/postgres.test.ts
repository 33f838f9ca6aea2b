import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createPostgresDatabase, type PostgresServer, startPostgres } from './postgres.ts';

let server: PostgresServer;
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(() => server.stop());

async function ask(url: string, statement: string): Promise<unknown[][]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: statement, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

test('runs PostgreSQL 18, reachable by TCP on the loopback address alone', async () => {
  const [[version]] = (await ask(server.url, 'SHOW server_version')) as [[string]];
  expect(version).toMatch(/^18\./);
  expect(await ask(server.url, 'SHOW listen_addresses')).toEqual([['127.0.0.1']]);
});

test('gives each caller a database of its own and drops it under open connections', async () => {
  const [first, second] = await Promise.all([
    createPostgresDatabase(server.url),
    createPostgresDatabase(server.url),
  ]);
  await ask(first.url, 'CREATE TABLE note (body text)');
  expect(await ask(second.url, `SELECT to_regclass('note')`)).toEqual([[null]]);

  const lingering = new pg.Client({ connectionString: first.url });
  const ended = new Promise((resolve) => lingering.on('error', resolve));
  await lingering.connect();
  await first.drop();
  await ended;
  await second.drop();
  expect(await ask(server.url, `SELECT datname FROM pg_database WHERE datname LIKE 'test_%'`)).toEqual([]);
});

test('two servers run side by side, and a stopped one is gone', async () => {
  const other = await startPostgres({ durable: true });
  expect(await ask(other.url, 'SHOW fsync')).toEqual([['on']]);
  await other.stop();
  await expect(ask(other.url, 'SELECT 1')).rejects.toThrow('ECONNREFUSED');
  expect(await ask(server.url, 'SHOW fsync')).toEqual([['off']]);
});
