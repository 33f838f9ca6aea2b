import { hashSync } from '@node-rs/argon2';
import { Pool } from 'undici';
import { passwordCost } from '../../src/portal/auth/password-hasher.ts';
import { createTestDevice } from '../portal/support.ts';
import { createPostgresDatabase, startPostgres } from '../support/postgres.ts';
import { atMost, percentile, type Run } from './figure.ts';
import { call, signInRequest } from './support/portal-device.ts';
import { startPortalProcess } from './support/portal-process.ts';

const rounds = 300;
/** Sign-ins before the clock starts: what Node runs for the first time it interprets. */
const warmUp = 200;

export const figures = { 'sign-in': atMost(1.25, 'ms', 'one Argon2id of the same parameters (p50)') };

/** A whole sign-in over HTTP against one Argon2id of the same parameters, taken in turns. */
export const run: Run<typeof figures> = async () => {
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
      return { 'sign-in': { value: percentile(signIns, 50), limit: percentile(hashes, 50) } };
    } finally {
      await pool.close();
      await stop();
    }
  } finally {
    await server.stop();
  }
};

/** What the portal computes, by the library that it computes with, which is the quickest known here (docs/adr/0013). */
function hashOnce(password: string): void {
  hashSync(password, {
    algorithm: 2,
    memoryCost: passwordCost.memory,
    timeCost: passwordCost.passes,
    parallelism: 1,
    outputLen: 32,
  });
}

async function time(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
