import { sql } from 'drizzle-orm';
import { boolean, integer, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core';
import type { Language } from '../../../contract/primitives.ts';
import { instant } from './columns.ts';

export const account = pgTable('account', {
  id: uuid('id').primaryKey(),
  parentId: uuid('parent_id'),
  name: text('name').notNull(),
  linkHours: integer('link_hours').notNull().default(72),
  createdAt: instant('created_at').notNull(),
});

/** `passwordHash` can be read by the service alone; an account asks `hasPassword`. */
export const identity = pgTable('identity', {
  id: uuid('id').primaryKey(),
  email: text('email').notNull(),
  emailNormalized: text('email_normalized').notNull(),
  name: text('name').notNull(),
  language: text('language').$type<Language>().notNull().default('es'),
  homeAccountId: uuid('home_account_id').notNull(),
  passwordHash: text('password_hash'),
  hasPassword: boolean('has_password').generatedAlwaysAs(sql`password_hash is not null`),
  passwordSetAt: instant('password_set_at'),
  createdAt: instant('created_at').notNull(),
});

export const role = pgTable(
  'role',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    key: text('key'),
    name: text('name').notNull(),
    permissions: text('permissions').array().notNull(),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.id] })],
);

export const membership = pgTable(
  'membership',
  {
    accountId: uuid('account_id').notNull(),
    identityId: uuid('identity_id').notNull(),
    roleId: uuid('role_id').notNull(),
    owner: boolean('owner').notNull().default(false),
    acceptedAt: instant('accepted_at'),
    suspendedAt: instant('suspended_at'),
    lastSignInAt: instant('last_sign_in_at'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.identityId] })],
);

export const contact = pgTable(
  'contact',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    identityId: uuid('identity_id'),
    email: text('email').notNull(),
    emailNormalized: text('email_normalized').notNull(),
    firstName: text('first_name').notNull(),
    lastName: text('last_name').notNull(),
    phone: text('phone').notNull().default(''),
    jobTitle: text('job_title').notNull().default(''),
    shared: boolean('shared').notNull().default(false),
    receivesNotifications: boolean('receives_notifications').notNull().default(true),
    language: text('language').$type<Language>().notNull().default('es'),
    revision: integer('revision').notNull().default(1),
    createdAt: instant('created_at').notNull(),
    updatedAt: instant('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.id] })],
);

export const invitation = pgTable(
  'invitation',
  {
    accountId: uuid('account_id').notNull(),
    id: uuid('id').notNull(),
    kind: text('kind').$type<'activate' | 'join' | 'associate'>().notNull(),
    state: text('state')
      .$type<'pending' | 'accepted' | 'declined' | 'revoked' | 'expired' | 'superseded'>()
      .notNull()
      .default('pending'),
    email: text('email').notNull(),
    emailNormalized: text('email_normalized').notNull(),
    identityId: uuid('identity_id'),
    contactId: uuid('contact_id'),
    roleId: uuid('role_id').notNull(),
    invitedBy: uuid('invited_by'),
    sentAt: instant('sent_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    answeredAt: instant('answered_at'),
    createdAt: instant('created_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.accountId, table.id] })],
);
