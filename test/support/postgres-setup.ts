import type { TestProject } from 'vitest/node';
import { systemClock } from '../../src/portal/clock.ts';
import { openDatabase } from '../../src/portal/db/database.ts';
import { migrate } from '../../src/portal/db/migrate.ts';
import { createPostgresDatabase, startPostgres } from './postgres.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Address of the run's PostgreSQL server; only the suite portal-postgres has one. */
    postgresUrl: string;
    /** Name of a database there to which every migration is applied: copying it takes a fifth of the time. */
    postgresTemplate: string;
  }
}

/** One server for all test files of a run; each file makes databases of its own on it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startPostgres();
  const template = await createPostgresDatabase(server.url);
  const database = await openDatabase({ url: template.url });
  await migrate(database, systemClock);
  await database.close();
  project.provide('postgresTemplate', template.name);
  project.provide('postgresUrl', server.url);
  return () => server.stop();
}
