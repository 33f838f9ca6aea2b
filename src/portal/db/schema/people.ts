import { bigint, pgTable, primaryKey, smallint, text, uuid } from 'drizzle-orm/pg-core';
import type { Contact } from '../../../contract/portal/people.ts';
import { instant } from './columns.ts';

/** How the contacts table is sorted, filtered and searched; see migrations/0040-directory.sql for who writes what. */
export const directory = pgTable(
  'directory',
  {
    accountId: uuid('account_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    nameKey: text('name_key').notNull(),
    emailKey: text('email_key').notNull(),
    roleId: uuid('role_id').notNull(),
    roleKey: text('role_key').notNull(),
    state: text('state').$type<Contact['state']>().notNull(),
    createdAt: instant('created_at').notNull(),
    lastSignInAt: instant('last_sign_in_at').notNull(),
    searchText: text('search_text').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.contactId] })],
);

/** Written by triggers alone. */
export const directoryWord = pgTable(
  'directory_word',
  {
    accountId: uuid('account_id').notNull(),
    word: text('word').notNull(),
    contactId: uuid('contact_id').notNull(),
    shared: smallint('shared').notNull(),
    roleId: uuid('role_id').notNull(),
    state: text('state').$type<Contact['state']>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.word, table.contactId] })],
);

/** Directory rows whose words are to be written again: see services/people/reindex-directory.ts. */
export const directoryStale = pgTable(
  'directory_stale',
  { accountId: uuid('account_id').notNull(), contactId: uuid('contact_id').notNull() },
  (table) => [primaryKey({ columns: [table.accountId, table.contactId] })],
);

/** Written by triggers alone; the number of contacts is the sum of `n`. */
export const directoryCount = pgTable('directory_count', {
  accountId: uuid('account_id').notNull(),
  roleId: uuid('role_id').notNull(),
  state: text('state').$type<Contact['state']>().notNull(),
  n: bigint('n', { mode: 'number' }).notNull(),
});
