import { randomUUID } from 'node:crypto';
import { type SQL, sql } from 'drizzle-orm';
import type { RightKind } from '../../src/contract/documents.ts';
import { errorCodes } from '../../src/contract/errors.ts';
import type { Grant } from '../../src/contract/portal/licenses.ts';
import { type Verified, verifyDocument } from '../../src/domain/documents/index.ts';
import type { Principal } from '../../src/portal/context.ts';
import { rows } from '../../src/portal/db/run.ts';
import { seat } from '../../src/portal/db/schema.ts';
import { newId } from '../../src/portal/ids.ts';
import { createPool, type NewPool, putProduct } from '../../src/portal/services/catalog.ts';
import { createCloudKey, type NewCloudKey } from '../../src/portal/services/keys.ts';
import { createTestDatabase } from '../support/database.ts';
import { documentCrypto } from '../support/documents.ts';
import {
  createTestDevice,
  type PortalClient,
  startTestPortal,
  type TestCompany,
  type TestDevice,
  type TestPerson,
  type TestPortal,
  type TestPortalOptions,
  type TestSession,
  testPassword,
} from './support.ts';

/** A test portal that sells three programs and a suite of them. */
export interface LicensePortal extends TestPortal {
  readonly engine: 'pglite' | 'postgres';
  addPool(pool: NewPool): Promise<string>;
  assignSeat(company: TestCompany, poolId: string, email: string): Promise<string>;
  /** A device that entered with a new cloud key. */
  enterWithKey(
    key: NewCloudKey,
    device?: TestDevice,
  ): Promise<{ client: PortalClient; key: string; keyId: string }>;
  /** A device that enters with a key that exists. */
  enter(key: string, device?: TestDevice): Promise<PortalClient>;
  /** Signs in with the password that people of `engineers` have. */
  enterAs(email: string, device?: TestDevice): Promise<TestSession>;
  /** A company with one floating pool of Viga. */
  floating(
    total: number,
    engineers: number,
    change?: Partial<NewPool>,
  ): Promise<Awaited<ReturnType<LicensePortal['engineers']>> & { poolId: string }>;
  /** How many leases of a company nobody ended, whatever the clock. */
  running(accountId: string): Promise<number>;
  /** What a document says, verified under the portal's root as a client does. */
  verified(document: string, device?: TestDevice): Verified<RightKind>;
  /** A company with one administrator and engineers `e1@…`, `e2@…`. */
  engineers(count: number): Promise<{ company: TestCompany; emails: string[]; administrator: string }>;
  /** Who a request of this device is by, as its policy finds at this moment. */
  principalOf(device: TestDevice): Promise<Principal>;
  query<Row extends Record<string, unknown>>(text: SQL): Promise<Row[]>;
}

let companies = 0;

export async function startLicensePortal(options: TestPortalOptions = {}): Promise<LicensePortal> {
  const database = await createTestDatabase();
  const portal = await startTestPortal({ ...options, database: database.url });
  const { services, clock } = portal;
  const asService = services.database.asService;
  await asService(async (tx) => {
    for (const [code, name] of [
      ['viga', 'Viga'],
      ['portico', 'Pórtico'],
      ['zapata', 'Zapata'],
    ] as const)
      await putProduct(tx, { code, name }, clock.now());
    const contains = ['viga', 'portico', 'zapata'];
    await putProduct(tx, { code: 'estructuras', name: 'Estructuras', contains }, clock.now());
  });
  async function enter(key: string, device = createTestDevice()): Promise<PortalClient> {
    const { access } = await portal.client(device).sessions.withKey({ key, device: device.description });
    return portal.client(device, () => access.accessToken);
  }
  async function engineers(count: number) {
    companies += 1;
    const domain = `c${companies}.example`;
    const emails = Array.from({ length: count }, (_, index) => `e${index + 1}@${domain}`);
    const administrator = `admin@${domain}`;
    const people: TestPerson[] = [
      { email: administrator, role: 'administrator', password: testPassword, firstName: 'Marta' },
      ...emails.map(
        (email, index): TestPerson => ({
          email,
          role: 'license-installer',
          password: testPassword,
          firstName: `Ingeniera${index + 1}`,
        }),
      ),
    ];
    return { company: await portal.company(`Empresa ${companies}`, people), emails, administrator };
  }
  const addPool = (pool: NewPool) => asService((tx) => createPool(tx, pool, clock.now()));
  const query = <Row extends Record<string, unknown>>(text: SQL) => asService((tx) => rows<Row>(tx, text));
  return {
    ...portal,
    enter,
    engineers,
    addPool,
    query,
    enterAs: (email, device = createTestDevice()) => portal.signIn(email, testPassword, { device }),
    async floating(total, count, change = {}) {
      const made = await engineers(count);
      const pool = {
        accountId: made.company.id,
        product: 'viga',
        kind: 'floating' as const,
        total,
        ...change,
      };
      return { ...made, poolId: await addPool(pool) };
    },
    async running(accountId) {
      const [count] = await query<{ n: number }>(
        sql`select count(*)::int as n from lease where account_id = ${accountId} and ended_at is null`,
      );
      return count?.n ?? -1;
    },
    engine: database.engine,
    async principalOf(device) {
      const [found] = await query<{ id: string; account: string; identity: string | null; key: string }>(
        sql`select id, account_id as account, identity_id as identity, key_id as key from session
          where device_thumbprint = ${device.thumbprint} and ended_at is null`,
      );
      if (found === undefined) throw new Error('nobody is signed in on that device');
      const { name, platform } = device.description;
      const common = {
        sessionId: found.id,
        accountId: found.account,
        device: { thumbprint: device.thumbprint, key: device.publicKey.x, name, platform },
      };
      if (found.identity === null) return { kind: 'key', keyId: found.key, ...common };
      const permissions = new Set(['license:activate'] as const);
      const unread = { email: '', owner: false, confirmedAt: 0, sessionEndsAt: 0 };
      const person = { identityId: found.identity, name: 'Ana', ...unread };
      return { kind: 'person', permissions, ...person, ...common };
    },
    async assignSeat(company, poolId, email) {
      const id = newId(clock.now());
      const contactId = company.contacts[email]?.contactId;
      if (contactId === undefined) throw new Error(`${email} is not in the company`);
      await asService((tx) =>
        tx
          .insert(seat)
          .values({ accountId: company.id, id, poolId, contactId, assignedAt: new Date(clock.now()) }),
      );
      return id;
    },
    async enterWithKey(given, device = createTestDevice()) {
      const { id, key } = await asService((tx) => createCloudKey(tx, given, clock.now()));
      return { client: await enter(key, device), key, keyId: id };
    },
    verified(document, device) {
      const result = verifyDocument(document, {
        kinds: ['lease', 'offline-pass', 'license', 'borrow'],
        now: clock.now(),
        deviceThumbprint: device?.thumbprint,
        crypto: documentCrypto,
        rootKeys: [services.keys.rootKey],
      });
      if (!result.ok) throw new Error(`${result.code}: ${result.detail}`);
      return result;
    },
    async close() {
      await portal.close();
      await database.drop();
    },
  };
}

export function acquire(client: PortalClient, product = 'viga', change: object = {}): Promise<Grant> {
  return client.licenses.acquire({ idempotencyKey: randomUUID(), product, version: '2026.1', ...change });
}

/** The code and data with which a call was refused; `ok` when it was not. */
export async function refusal(call: Promise<unknown>): Promise<{ code: string; data?: unknown }> {
  try {
    await call;
    return { code: 'ok' };
  } catch (error) {
    const known =
      error instanceof Error && 'code' in error && (errorCodes as string[]).includes(String(error.code));
    if (!known) throw error;
    const { code, data } = error as Error & { code: string; data?: unknown };
    return { code, data };
  }
}

/** Asks to go on with leases as a device does that never renewed. */
export function renew(client: PortalClient, ...leaseIds: string[]) {
  return client.licenses.renew({ leases: leaseIds.map((leaseId) => ({ leaseId, seq: 0 })) });
}
