import { type SQL, sql } from 'drizzle-orm';
import { expect } from 'vitest';
import type { Portal } from '../../src/portal/context.ts';
import { rows } from '../../src/portal/db/run.ts';

/** Why tests that wait for locks do not run here; undefined: they do. */
export const oneConnection =
  process.env.ALDABA_TEST_DATABASE === 'postgres'
    ? undefined
    : 'the embedded database does one thing after another';

/** How a test puts requests one after the other; PostgreSQL only. */
export interface RowLocks {
  /** Keeps the rows of a locking statement until the answer is called. */
  hold(statement: SQL): Promise<() => Promise<void>>;
  /** Until so many requests of the portal wait for what another has locked. */
  waiting(count: number): Promise<void>;
  /** Until a call is answered, or so many requests wait. */
  answeredOr(call: Promise<unknown>, count: number): Promise<void>;
}

/** @param services a getter, because the portal starts in `beforeAll` */
export function rowLocks(services: () => Portal): RowLocks {
  async function waitingNow(): Promise<number> {
    const [found] = await services().database.asService((tx) =>
      rows<{ n: number }>(
        tx,
        sql`select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      ),
    );
    return found?.n ?? 0;
  }
  return {
    async hold(statement) {
      const letGo = Promise.withResolvers<void>();
      const held = Promise.withResolvers<void>();
      const holding = services().database.asService(async (tx) => {
        await tx.execute(statement);
        held.resolve();
        await letGo.promise;
      });
      await held.promise;
      return () => {
        letGo.resolve();
        return holding;
      };
    },
    waiting: (count) => expect.poll(waitingNow, { interval: 10 }).toBe(count),
    async answeredOr(call, count) {
      let answered = false;
      const note = () => {
        answered = true;
      };
      call.then(note, note);
      await expect.poll(async () => answered || (await waitingNow()) === count, { interval: 10 }).toBe(true);
    },
  };
}
