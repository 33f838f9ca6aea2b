import { bigint, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { Language } from '../../../contract/primitives.ts';
import { bytea, instant } from './columns.ts';

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export const auditChain = pgTable('audit_chain', {
  accountId: uuid('account_id').primaryKey(),
  seq: bigint('seq', { mode: 'number' }).notNull(),
  hash: bytea('hash').notNull(),
  baseSeq: bigint('base_seq', { mode: 'number' }),
  baseHash: bytea('base_hash'),
});

export const audit = pgTable(
  'audit',
  {
    accountId: uuid('account_id').notNull(),
    seq: bigint('seq', { mode: 'number' }).notNull(),
    at: instant('at').notNull(),
    action: text('action').notNull(),
    actor: jsonb('actor').$type<JsonObject>().notNull(),
    subject: jsonb('subject').$type<JsonObject>(),
    before: jsonb('before').$type<JsonObject>(),
    after: jsonb('after').$type<JsonObject>(),
    address: text('address'),
    device: text('device'),
    requestId: text('request_id'),
    hash: bytea('hash').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.seq, table.at] })],
);

export const mail = pgTable('mail', {
  id: uuid('id').primaryKey(),
  accountId: uuid('account_id').notNull(),
  recipient: text('recipient').notNull(),
  template: text('template').notNull(),
  language: text('language').$type<Language>().notNull(),
  data: jsonb('data').$type<JsonObject>().notNull(),
  createdAt: instant('created_at').notNull(),
  nextAttemptAt: instant('next_attempt_at').notNull(),
  attempts: integer('attempts').notNull().default(0),
  sentAt: instant('sent_at'),
  failedAt: instant('failed_at'),
  lastError: text('last_error'),
});

export const idempotency = pgTable(
  'idempotency',
  {
    accountId: uuid('account_id').notNull(),
    owner: text('owner').notNull(),
    key: uuid('key').notNull(),
    operation: text('operation').notNull(),
    requestHash: bytea('request_hash').notNull(),
    response: jsonb('response').$type<Json>().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.owner, table.key] })],
);
