import { createHash } from 'node:crypto';
import pg from 'pg';
import { Pool } from 'undici';
import { accessParameters, findAccess } from '../../src/portal/auth/access-lookup.ts';
import { renewStatement } from '../../src/portal/services/leases/renew.ts';
import { createProof } from '../portal/support.ts';
import { createPostgresDatabase, startPostgres } from '../support/postgres.ts';
import { atLeast, below, percentile, type Run } from './figure.ts';
import { call, openDevice, type SignedInDevice } from './support/portal-device.ts';
import { startPortalProcess } from './support/portal-process.ts';

const connections = 64;
const path = '/v1/leases/renew';
/** Milliseconds of each phase. */
const phase = 4000;
/** Renewals per second of the phase that measures waiting. */
const steadyRate = 1000;

export const figures = {
  'portal-renewals': atLeast(0.4, '1/s', 'the same SQL straight through pg'),
  'portal-renewals-p99': below(100, 'ms', `p99 at ${steadyRate}/s`),
};

/**
 * Renewals per second of one portal process over PostgreSQL with 64 connections, against the same SQL straight through `pg`
 * with as many callers and the portal's number of database connections; then how long a renewal takes at 1,000 per second.
 * Load, portal and database share the machine. Proofs are signed before the clock starts: that is the devices' work.
 */
export const run: Run<typeof figures> = async (asks) => {
  const server = await startPostgres({ durable: true });
  try {
    const database = await createPostgresDatabase(server.url);
    const { fixture, stop } = await startPortalProcess(database.url);
    const http = new Pool(fixture.url, { connections, pipelining: 1 });
    try {
      const devices: SignedInDevice[] = [];
      for (let index = 0; index < connections; index++)
        devices.push(await openDevice(http, fixture, `CONDOR-${index}`));
      const renew = (device: SignedInDevice, proof: string) =>
        call(http, {
          path,
          body: { leases: [{ leaseId: device.leaseId, seq: 0 }] },
          proof,
          accessToken: device.accessToken,
          status: 200,
        });
      const proofsFor = (count: number) =>
        devices.map(({ device, accessToken }) =>
          Array.from({ length: count }, () =>
            createProof(device, {
              method: 'POST',
              url: `${fixture.url}${path}`,
              at: Date.now(),
              accessToken,
            }),
          ),
        );

      await closedLoop(devices, proofsFor(30), 1000, renew);
      // It warms the portal for the waits, too.
      const value = await closedLoop(devices, proofsFor(400), phase, renew);
      const rate = asks('portal-renewals') && { value, limit: await straight(database.url, devices) };
      const steadyProofs = () => proofsFor(Math.ceil((steadyRate * phase) / 1000 / connections) + 1);
      let waits: number[] = [];
      // Node compiles what is hot for some ten thousand calls; a portal that has run for a minute is through with that: the last
      // of three turns counts.
      if (asks('portal-renewals-p99'))
        for (let turn = 0; turn < 3; turn++) waits = await openLoop(devices, steadyProofs(), renew);
      return {
        ...(rate && { 'portal-renewals': rate }),
        ...(waits.length > 0 && { 'portal-renewals-p99': { value: percentile(waits, 99) } }),
      };
    } finally {
      await http.close();
      await stop();
    }
  } finally {
    await server.stop();
  }
};

type Renew = (device: SignedInDevice, proof: string) => Promise<unknown>;

/** Every device renews again as soon as it is answered. Returns renewals per second. */
async function closedLoop(
  devices: SignedInDevice[],
  proofs: string[][],
  duration: number,
  renew: Renew,
): Promise<number> {
  let done = 0;
  const start = performance.now();
  await Promise.all(
    devices.map(async (device, index) => {
      for (const proof of proofs[index] ?? []) {
        if (performance.now() - start >= duration) return;
        await renew(device, proof);
        done += 1;
      }
    }),
  );
  return done / ((performance.now() - start) / 1000);
}

/** Renewals begin at a fixed rate, whether earlier ones were answered or not; returns what each took, waiting included, in ms. */
async function openLoop(devices: SignedInDevice[], proofs: string[][], renew: Renew): Promise<number[]> {
  const total = (steadyRate * phase) / 1000;
  const waits: number[] = [];
  const running: Promise<void>[] = [];
  const start = performance.now();
  let next = 0;
  await new Promise<void>((resolve) => {
    const tick = () => {
      const due = Math.min(total, Math.floor(((performance.now() - start) * steadyRate) / 1000));
      for (; next < due; next++) {
        const index = next % devices.length;
        const proof = proofs[index]?.pop();
        const device = devices[index];
        if (device === undefined || proof === undefined) throw new Error('too few proofs');
        const planned = start + (next * 1000) / steadyRate;
        running.push(renew(device, proof).then(() => void waits.push(performance.now() - planned)));
      }
      if (next < total) setTimeout(tick, 1);
      else resolve();
    };
    tick();
  });
  await Promise.all(running);
  return waits;
}

/** The statements of one renewal, one renewal per transaction, with nothing around them. Returns renewals per second. */
async function straight(url: string, devices: SignedInDevice[]): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: 20 });
  try {
    const tokens = devices.map(({ accessToken }) => createHash('sha256').update(accessToken).digest());
    const owners = await pool.query(
      'select account_id, id, holder_id, device_thumbprint from lease where ended_at is null',
    );
    const leases = new Map(owners.rows.map((row) => [row.id as string, row]));
    let done = 0;
    const start = performance.now();
    await Promise.all(
      devices.map(async (device, index) => {
        const lease = leases.get(device.leaseId);
        while (performance.now() - start < phase) {
          await pool.query({
            name: findAccess.name,
            text: findAccess.text,
            values: accessParameters(tokens.slice(index, index + 1)),
          });
          const client = await pool.connect();
          const now = Date.now();
          const until = (minutes: number) => new Date(now + minutes * 60_000).toISOString();
          await client.query(
            `begin; set local role aldaba_account; set local aldaba.account_id = '${lease.account_id}'`,
          );
          await client.query({
            name: renewStatement.name,
            text: renewStatement.text,
            values: [
              lease.account_id,
              [lease.id],
              [lease.holder_id],
              [lease.device_thumbprint],
              [0],
              until(0),
              until(20),
              until(43_200),
            ],
          });
          await client.query('commit');
          client.release();
          done += 1;
        }
      }),
    );
    return done / ((performance.now() - start) / 1000);
  } finally {
    await pool.end();
  }
}
