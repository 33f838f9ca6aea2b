import { inject } from 'vitest';
import { createPostgresDatabase } from './postgres.ts';

/** A database for one test file, on the engine that the suite is about. */
export interface TestDatabase {
  readonly engine: 'pglite' | 'postgres';
  /** What DATABASE_URL would be in production; undefined means the embedded PGlite, in memory. */
  readonly url: string | undefined;
  drop(): Promise<void>;
}

/**
 * Makes the database of a file under test/portal, which runs once as suite portal-pglite and once as portal-postgres.
 * Call it in `beforeAll` and `drop()` in `afterAll`.
 *
 * @param options.empty true: no migration is applied to it yet. The embedded one is always made anew, see `openTestDatabase`.
 */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  if (process.env.ALDABA_TEST_DATABASE !== 'postgres') {
    return { engine: 'pglite', url: undefined, drop: async () => undefined };
  }
  const template = empty ? undefined : inject('postgresTemplate');
  const { url, drop } = await createPostgresDatabase(inject('postgresUrl'), template);
  return { engine: 'postgres', url, drop };
}
