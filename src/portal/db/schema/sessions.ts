import { integer, jsonb, pgTable, primaryKey, text, timestamp, uuid } from 'drizzle-orm/pg-core';
import type { Components, DeviceDescription, Language } from '../../../contract/primitives.ts';
import { bytea, instant } from './columns.ts';

export const passwordLink = pgTable(
  'password_link',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    identityId: uuid('identity_id').notNull(),
    purpose: text('purpose').$type<'activate' | 'reset'>().notNull(),
    tokenHash: bytea('token_hash').notNull(),
    requestedBy: uuid('requested_by'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    usedAt: instant('used_at'),
    revokedAt: instant('revoked_at'),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.id] })],
);

export const linkRequest = pgTable('link_request', {
  id: uuid('id').primaryKey(),
  emailNormalized: text('email_normalized').notNull(),
  language: text('language').$type<Language>(),
  nextAttemptAt: instant('next_attempt_at').notNull(),
  createdAt: instant('created_at').notNull(),
});

export type EndReason =
  | 'signed-out'
  | 'ended'
  | 'replay'
  | 'password-set'
  | 'suspended'
  | 'deleted'
  | 'replaced';

export const session = pgTable('session', {
  id: uuid('id').primaryKey(),
  identityId: uuid('identity_id'),
  keyId: uuid('key_id'),
  accountId: uuid('account_id').notNull(),
  deviceThumbprint: text('device_thumbprint').notNull(),
  deviceKey: text('device_key').notNull(),
  deviceName: text('device_name').notNull(),
  platform: text('platform').notNull(),
  components: jsonb('components').$type<Components>().notNull(),
  createdAt: instant('created_at').notNull(),
  lastUsedAt: instant('last_used_at').notNull(),
  idleUntil: instant('idle_until').notNull(),
  expiresAt: instant('expires_at').notNull(),
  confirmedAt: instant('confirmed_at'),
  endedAt: instant('ended_at'),
  endReason: text('end_reason').$type<EndReason>(),
});

export const refreshToken = pgTable('refresh_token', {
  tokenHash: bytea('token_hash').primaryKey(),
  sessionId: uuid('session_id').notNull(),
  createdAt: instant('created_at').notNull(),
  rotatedAt: instant('rotated_at'),
  nextHash: bytea('next_hash'),
});

export const accessToken = pgTable('access_token', {
  tokenHash: bytea('token_hash').primaryKey(),
  sessionId: uuid('session_id').notNull(),
  expiresAt: instant('expires_at').notNull(),
  /** The company that it is good in, while its session is there. */
  accountId: uuid('account_id').notNull(),
});

export const accountTicket = pgTable('account_ticket', {
  tokenHash: bytea('token_hash').primaryKey(),
  identityId: uuid('identity_id').notNull(),
  passwordHash: text('password_hash'),
  device: jsonb('device').$type<DeviceDescription>().notNull(),
  deviceThumbprint: text('device_thumbprint').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
});

export const guess = pgTable('guess', {
  key: text('key').primaryKey(),
  failures: integer('failures').notNull(),
  blockedUntil: instant('blocked_until').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

/** Column names are those of rate-limiter-flexible. */
export const rateLimit = pgTable('rate_limit', {
  key: text('key').primaryKey(),
  points: integer('points').notNull(),
  expire: timestamp('expire', { withTimezone: true, mode: 'date' }),
});
