/** Every table as Drizzle knows it; `migrations/*.sql` is what exists, and test/portal/database.test.ts compares the two. */
export * from './schema/accounts.ts';
export * from './schema/journal.ts';
export * from './schema/licenses.ts';
export * from './schema/people.ts';
export * from './schema/sessions.ts';
