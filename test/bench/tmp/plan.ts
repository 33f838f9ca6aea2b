import { argon2Sync, randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import pg from 'pg';
import { createTestDevice } from '../../portal/support.ts';
import { createPostgresDatabase, startPostgres } from '../../support/postgres.ts';
import { percentile } from '../figure.ts';
import { call, signInRequest } from '../support/portal-device.ts';
import { startPortalProcess } from '../support/portal-process.ts';

const server = await startPostgres({ durable: true });
const names = (process.argv[2] ?? 'auto,force_generic_plan').split(',');
const lanes = [];
for (const name of names) {
  const database = await createPostgresDatabase(server.url);
  const client = new pg.Client(database.url);
  await client.connect();
  const db = new URL(database.url).pathname.slice(1);
  if (name.includes('generic')) await client.query(`alter database "${db}" set plan_cache_mode = ${name}`);
  await client.end();
  if (name.includes('thp')) process.env.GLIBC_TUNABLES = 'glibc.malloc.hugetlb=1'; else delete process.env.GLIBC_TUNABLES;
  if (name.includes('pool1')) process.env.UV_THREADPOOL_SIZE = '1'; else delete process.env.UV_THREADPOOL_SIZE;
  const { fixture, stop } = await startPortalProcess(database.url);
  lanes.push({ name, fixture, stop, pool: new Pool(fixture.url, { connections: 1 }), t: [] as number[] });
}
const hashes: number[] = [];
async function time(work: () => unknown) { const s = performance.now(); await work(); return performance.now() - s; }
for (const l of lanes) for (let i = 0; i < 200; i++) await call(l.pool, signInRequest(l.fixture, createTestDevice()));
for (let r = 0; r < 250; r++) {
  for (const l of lanes) {
    const request = signInRequest(l.fixture, createTestDevice());
    l.t.push(await time(() => call(l.pool, request)));
    hashes.push(await time(() => argon2Sync('argon2id', { message: l.fixture.password, nonce: randomBytes(16), memory: 19456, passes: 2, parallelism: 1, tagLength: 32 })));
  }
}
const h = percentile(hashes, 50);
for (const l of lanes) { const m = percentile(l.t, 50); console.log(l.name.padEnd(20), m.toFixed(2), (m / h).toFixed(3)); await l.pool.close(); await l.stop(); }
console.log('hash', h.toFixed(2));
await server.stop();
