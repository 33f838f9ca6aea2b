import { randomUUID } from 'node:crypto';
import { ORPCError } from '@orpc/client';
import { type SQL, sql } from 'drizzle-orm';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { ErrorCode, ErrorData } from '../../src/contract/errors.ts';
import type { Contact } from '../../src/contract/portal/people.ts';
import { rows } from '../../src/portal/db/run.ts';
import { createPool, type NewPool, putProduct } from '../../src/portal/services/catalog.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import {
  startTestPortal,
  type TestCompany,
  type TestPerson,
  type TestPortal,
  type TestSession,
  testPassword,
} from './support.ts';

/** The portal of a test file, and what tests of people do with it. */
export interface People {
  readonly portal: TestPortal;
  readonly engine: TestDatabase['engine'];
  /** A new company, so that no test sees another's people: `owner@`, `administrator@`, ... of its own domain. */
  staffed(name?: string): Promise<Staff>;
  /** Rows as the owner of the tables sees them, over all companies. */
  query<Row extends Record<string, unknown>>(statement: SQL): Promise<Row[]>;
  /** A named pool of a new product. */
  pool(company: TestCompany, pool?: Partial<NewPool>): Promise<string>;
}

/** A company with one person of each role, everybody with a password. */
export interface Staff {
  readonly company: TestCompany;
  readonly domain: string;
  readonly email: (name: string) => string;
  /** Signed in, each on one device until the clock moves. */
  readonly as: (role: StaffRole) => Promise<TestSession>;
  readonly contactId: (role: StaffRole) => string;
  /** Adds a contact as the administrator. */
  readonly add: (change?: Partial<NewContactInput>) => Promise<Contact>;
}

export type StaffRole = TestPerson['role'];

export const staffRoles: readonly StaffRole[] = [
  'owner',
  'administrator',
  'finance',
  'license-manager',
  'license-installer',
  'auditor',
  'notifications-only',
];

export type NewContactInput = Parameters<TestSession['client']['people']['createContact']>[0];

/** One portal and database for the tests of a file. */
export function peoplePortal(): People {
  let running: TestPortal | undefined;
  let database: TestDatabase | undefined;
  let companies = 0;
  beforeAll(async () => {
    database = await createTestDatabase();
    running = await startTestPortal({ database: database.url });
  });
  // What the portal calls `internal` only its log explains.
  afterEach(({ task }) => {
    const faults = running?.logLines.splice(0).filter((entry) => entry.includes('request failed')) ?? [];
    if (task.result?.state === 'fail' && faults.length > 0) console.error(faults.join(''));
  });
  afterAll(async () => {
    await running?.close();
    await database?.drop();
  });

  const people: People = {
    get portal() {
      if (running === undefined) throw new Error('the portal starts in beforeAll');
      return running;
    },
    get engine() {
      return database?.engine ?? 'pglite';
    },
    query: (statement) => people.portal.services.database.asService((tx) => rows(tx, statement)),
    pool(company, pool = {}) {
      const product = pool.product ?? `programa-${randomUUID().slice(0, 8)}`;
      const now = people.portal.clock.now();
      return people.portal.services.database.asService(async (tx) => {
        await putProduct(tx, { code: product, name: product }, now);
        return createPool(tx, { accountId: company.id, kind: 'named', total: 1, ...pool, product }, now);
      });
    },
    async staffed(name = 'Estructuras Cóndor') {
      companies += 1;
      const domain = `empresa${companies}.example`;
      const email = (local: string) => `${local}@${domain}`;
      const company = await people.portal.company(
        name,
        staffRoles.map((role) => ({
          email: email(role),
          role,
          firstName: 'Ana',
          lastName: role,
          password: testPassword,
        })),
      );
      const sessions = new Map<string, Promise<TestSession>>();
      const as = (role: StaffRole) => {
        // Access tokens end in 10 minutes: who asks after the clock moved gets a new session.
        const key = `${role} ${people.portal.clock.now()}`;
        const session = sessions.get(key) ?? people.portal.signIn(email(role), testPassword);
        sessions.set(key, session);
        return session;
      };
      return {
        company,
        domain,
        email,
        as,
        contactId: (role) => company.contacts[email(role)]?.contactId ?? '',
        add: async (change = {}) =>
          (await as('administrator')).client.people.createContact(newContact(company, domain, change)),
      };
    },
  };
  return people;
}

let added = 0;

/** What somebody fills in to add an engineer. */
export function newContact(
  company: TestCompany,
  domain: string,
  change: Partial<NewContactInput> = {},
): NewContactInput {
  added += 1;
  return {
    idempotencyKey: randomUUID(),
    email: `persona${added}@${domain}`,
    firstName: 'Lucía',
    lastName: 'Muñoz Peña',
    jobTitle: 'Ingeniera de estructuras',
    roleId: company.roles['license-installer'],
    ...change,
  };
}

/** The client of a session in which the password was given again just now. */
export async function confirmed(session: TestSession): Promise<TestSession['client']> {
  await session.client.sessions.confirmPassword({ password: testPassword });
  return session.client;
}

/** What a refused call was answered with. */
export async function refusalOf(
  call: Promise<unknown>,
): Promise<{ code: ErrorCode; status: number; data: ErrorData }> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ORPCError) return { code: error.code, status: error.status, data: error.data };
    throw error;
  }
  throw new Error('the call was not refused');
}

export async function expectRefusal(call: Promise<unknown>, code: ErrorCode): Promise<ErrorData> {
  const refused = await refusalOf(call);
  expect(refused.code).toBe(code);
  return refused.data;
}

/** The company's audit, oldest first. */
export async function auditOf(
  people: People,
  company: TestCompany,
): Promise<{ action: string; actor: unknown; subject: unknown; before: unknown; after: unknown }[]> {
  return people.query(
    sql`select action, actor, subject, before, after from audit where account_id = ${company.id} order by seq`,
  );
}
