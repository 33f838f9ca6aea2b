import { asc } from 'drizzle-orm';
import PostalMime, { type Email } from 'postal-mime';
import { afterAll, beforeAll, beforeEach, expect } from 'vitest';
import { mail } from '../../src/portal/db/schema.ts';
import { sendMail } from '../../src/portal/mail/outbox.ts';
import { smtpTransport } from '../../src/portal/mail/transport.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type MailServer, startMailServer } from './mail-support.ts';
import { startTestPortal, type TestCompany, type TestPortal } from './support.ts';

/** Was invited and has no password yet. */
export const nueva = 'nueva@condor.example';

/** A portal whose mails go to a real mail server. */
export interface MailPortal {
  readonly portal: TestPortal;
  readonly condor: TestCompany;
  readonly server: MailServer;
  /** Every mail, in the order of writing. */
  outbox(): Promise<(typeof mail.$inferSelect)[]>;
  /** Writes a mail to `nueva`, and wakes nobody. */
  write(name?: string): Promise<void>;
  /** Waits for the first mail that the server took since the last call. */
  nextReceived(): Promise<Email & { envelope: string[] }>;
}

/** One portal, database and mail server for the tests of a file; each test begins without mails. */
export function mailPortal(): MailPortal {
  let database: TestDatabase;
  let portal: TestPortal;
  let condor: TestCompany;
  let server: MailServer;

  beforeAll(async () => {
    server = await startMailServer();
    database = await createTestDatabase();
    portal = await startTestPortal({
      database: database.url,
      mail: smtpTransport(server.url),
      settings: {
        operator: 'Licencias Cóndor',
        mailFrom: 'Aldaba <no-responder@aldaba.example>',
        supportEmail: 'ayuda@aldaba.example',
      },
    });
    condor = await portal.company('Estructuras Cóndor & Hijos', [
      { email: nueva, role: 'license-installer', firstName: 'Nadia', lastName: 'O’Higgins <b>' },
    ]);
  });
  beforeEach(async () => {
    Object.assign(server.state, { refuse: null, at: 'content', hold: async () => undefined });
    server.received.length = 0;
    await portal.services.database.queries.delete(mail);
  });
  afterAll(async () => {
    await portal.close();
    await database.drop();
    await server.close();
  });

  return {
    get portal() {
      return portal;
    },
    get condor() {
      return condor;
    },
    get server() {
      return server;
    },
    outbox: async () => portal.services.database.queries.select().from(mail).orderBy(asc(mail.createdAt)),
    async write(name = 'Nadia') {
      const at = portal.clock.now();
      await portal.services.database.inAccount(condor.id, (tx) =>
        sendMail(tx, {
          accountId: condor.id,
          recipient: nueva,
          template: 'password-set',
          language: 'es',
          data: { name, accountName: 'Estructuras Cóndor', at: new Date(at).toISOString() },
          at,
        }),
      );
    },
    async nextReceived() {
      await expect.poll(() => server.received.length, { interval: 20 }).toBeGreaterThan(0);
      const first = server.received.shift();
      if (first === undefined) throw new Error('the mail went away');
      return { ...(await PostalMime.parse(first.raw)), envelope: first.to };
    },
  };
}
