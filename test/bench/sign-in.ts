import { argon2Sync, randomBytes } from 'node:crypto';
import { Pool } from 'undici';
import { createTestDevice } from '../portal/support.ts';
import { createPostgresDatabase, startPostgres } from '../support/postgres.ts';
import { atMost, type Bench, percentile } from './figure.ts';
import { call, signInRequest } from './support/portal-device.ts';
import { startPortalProcess } from './support/portal-process.ts';

const rounds = 300;
/** Sign-ins before the clock starts: what Node runs for the first time it interprets. */
const warmUp = 200;

/** A whole sign-in over HTTP against one Argon2id of the same parameters, taken in turns. */
export const run: Bench = async () => {
  const server = await startPostgres({ durable: true });
  try {
    const database = await createPostgresDatabase(server.url);
    const { fixture, stop } = await startPortalProcess(database.url);
    const pool = new Pool(fixture.url, { connections: 1 });
    try {
      const signIns: number[] = [];
      const hashes: number[] = [];
      for (let round = 0; round < warmUp; round++)
        await call(pool, signInRequest(fixture, createTestDevice()));
      for (let round = 0; round < rounds; round++) {
        const request = signInRequest(fixture, createTestDevice());
        signIns.push(await time(() => call(pool, request)));
        hashes.push(await time(() => hashOnce(fixture.password)));
      }
      return [
        atMost(
          'sign-in',
          percentile(signIns, 50),
          'ms',
          percentile(hashes, 50),
          1.25,
          'one Argon2id of the same parameters (p50)',
        ),
      ];
    } finally {
      await pool.close();
      await stop();
    }
  } finally {
    await server.stop();
  }
};

/** m=19456 KiB, t=2, p=1: what the portal uses (docs/figures.md, "Passwords and mails"). */
function hashOnce(password: string): void {
  argon2Sync('argon2id', {
    message: password,
    nonce: randomBytes(16),
    memory: 19_456,
    passes: 2,
    parallelism: 1,
    tagLength: 32,
  });
}

async function time(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
