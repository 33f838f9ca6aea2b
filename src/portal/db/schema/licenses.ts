import { sql } from 'drizzle-orm';
import { bigint, boolean, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import { borrowDays } from '../../../contract/documents.ts';
import type { ErrorCode } from '../../../contract/errors.ts';
import type { Components, platforms } from '../../../contract/primitives.ts';
import { bytea, instant } from './columns.ts';

type Platform = (typeof platforms)[number];

export const product = pgTable('product', {
  code: text('code').primaryKey(),
  name: text('name').notNull(),
  summary: text('summary').notNull().default(''),
  createdAt: instant('created_at').notNull(),
});

export const suiteProduct = pgTable(
  'suite_product',
  {
    suiteCode: text('suite_code').notNull(),
    productCode: text('product_code').notNull(),
  },
  (table) => [primaryKey({ columns: [table.suiteCode, table.productCode] })],
);

export const release = pgTable('release', {
  id: uuid('id').primaryKey(),
  productCode: text('product_code').notNull(),
  version: text('version').notNull(),
  platform: text('platform').$type<Platform>().notNull(),
  channel: text('channel').$type<'stable' | 'preview'>().notNull(),
  fileName: text('file_name').notNull(),
  size: bigint('size', { mode: 'number' }).notNull(),
  sha256: text('sha256').notNull(),
  signature: text('signature').notNull(),
  chain: text('chain').array().notNull(),
  notes: text('notes').notNull().default(''),
  publishedAt: instant('published_at').notNull(),
});

export const downloadLink = pgTable('download_link', {
  accountId: uuid('account_id').notNull(),
  tokenHash: bytea('token_hash').primaryKey(),
  releaseId: uuid('release_id').notNull(),
  createdAt: instant('created_at').notNull(),
  expiresAt: instant('expires_at').notNull(),
});

export const pool = pgTable(
  'pool',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    productCode: text('product_code').notNull(),
    kind: text('kind').$type<'named' | 'floating'>().notNull(),
    total: integer('total').notNull(),
    overage: integer('overage').notNull().default(0),
    devicesPerSeat: integer('devices_per_seat').notNull().default(5),
    features: text('features').array().notNull().default([]),
    versionFrom: text('version_from'),
    versionTo: text('version_to'),
    startsAt: instant('starts_at').notNull(),
    endsAt: instant('ends_at'),
    borrowDays: integer('borrow_days').notNull().default(borrowDays.limit),
    buyUrl: text('buy_url').notNull().default(''),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.id] })],
);

export const seat = pgTable(
  'seat',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    poolId: uuid('pool_id').notNull(),
    contactId: uuid('contact_id').notNull(),
    assignedAt: instant('assigned_at').notNull(),
    assignedBy: uuid('assigned_by'),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.id] })],
);

export const licenseKey = pgTable(
  'license_key',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    kind: text('kind').$type<'cloud' | 'standalone'>().notNull(),
    keyHash: bytea('key_hash').notNull(),
    prefix: text('prefix').notNull(),
    label: text('label').notNull().default(''),
    deviceLimit: integer('device_limit'),
    endsAt: instant('ends_at'),
    revokedAt: instant('revoked_at'),
    createdAt: instant('created_at').notNull(),
    productCode: text('product_code'),
    features: text('features').array().notNull().default([]),
    versionFrom: text('version_from'),
    versionTo: text('version_to'),
    termDays: integer('term_days'),
    graceDays: integer('grace_days').notNull().default(14),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.id] })],
);

export const licenseKeyPool = pgTable(
  'license_key_pool',
  {
    accountId: uuid('account_id').notNull(),
    keyId: uuid('key_id').notNull(),
    poolId: uuid('pool_id').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.keyId, table.poolId] })],
);

export const lease = pgTable(
  'lease',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    poolId: uuid('pool_id').notNull(),
    productCode: text('product_code').notNull(),
    kind: text('kind').$type<'lease' | 'offline-pass' | 'borrow'>().notNull(),
    seatId: uuid('seat_id'),
    identityId: uuid('identity_id'),
    keyId: uuid('key_id'),
    holderId: uuid('holder_id').generatedAlwaysAs(sql`coalesce(identity_id, key_id)`),
    sessionId: uuid('session_id'),
    holderName: text('holder_name').notNull(),
    deviceThumbprint: text('device_thumbprint').notNull(),
    deviceName: text('device_name').notNull(),
    version: text('version').notNull(),
    features: text('features').array().notNull(),
    overage: boolean('overage').notNull().default(false),
    seq: bigint('seq', { mode: 'number' }).notNull().default(0),
    acquiredAt: instant('acquired_at').notNull(),
    renewedAt: instant('renewed_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    endedAt: instant('ended_at'),
    endCode: text('end_code').$type<ErrorCode>(),
    endDetail: text('end_detail'),
    recallCode: text('recall_code').$type<ErrorCode>(),
    recallDetail: text('recall_detail'),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.id] })],
);

export const seatQueue = pgTable(
  'seat_queue',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    productCode: text('product_code').notNull(),
    holderId: uuid('holder_id').notNull(),
    deviceThumbprint: text('device_thumbprint').notNull(),
    poolIds: uuid('pool_ids').array().notNull(),
    askedAt: instant('asked_at').notNull(),
    seenAt: instant('seen_at'),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.id] })],
);

export const leaseHistory = pgTable(
  'lease_history',
  {
    accountId: uuid('account_id').notNull(),
    endedAt: instant('ended_at').notNull(),
    id: uuid('id').notNull(),
    poolId: uuid('pool_id').notNull(),
    productCode: text('product_code').notNull(),
    kind: text('kind').$type<'lease' | 'offline-pass' | 'borrow'>().notNull(),
    identityId: uuid('identity_id'),
    keyId: uuid('key_id'),
    deviceThumbprint: text('device_thumbprint').notNull(),
    version: text('version').notNull(),
    overage: boolean('overage').notNull(),
    acquiredAt: instant('acquired_at').notNull(),
    renewedAt: instant('renewed_at').notNull(),
    endCode: text('end_code').$type<ErrorCode>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.endedAt, table.id] })],
);

export const activation = pgTable(
  'activation',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    keyId: uuid('key_id').notNull(),
    productCode: text('product_code').notNull(),
    deviceThumbprint: text('device_thumbprint').notNull(),
    deviceName: text('device_name').notNull(),
    platform: text('platform').$type<Platform>().notNull(),
    components: jsonb('components').$type<Components>().notNull(),
    salt: text('salt').notNull(),
    activatedAt: instant('activated_at').notNull(),
    expiresAt: instant('expires_at'),
    seq: integer('seq').notNull().default(0),
    endedAt: instant('ended_at'),
    successorId: uuid('successor_id'),
    reboundAt: instant('rebound_at').array().notNull().default([]),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.id] })],
);
