import { asc, eq, sql } from 'drizzle-orm';
import PostalMime, { type Email } from 'postal-mime';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mail, passwordLink } from '../../src/portal/db/schema.ts';
import { claimSeconds, deliverDue, retryDelay } from '../../src/portal/mail/deliver.ts';
import { sendMail } from '../../src/portal/mail/outbox.ts';
import { type MailTransport, type OutgoingMail, smtpTransport } from '../../src/portal/mail/transport.ts';
import { createTestDatabase, type TestDatabase } from '../support/database.ts';
import { type MailServer, startMailServer } from './mail-support.ts';
import { newContact } from './people-support.ts';
import {
  hours,
  minutes,
  seconds,
  startTestPortal,
  type TestCompany,
  type TestPortal,
  testPassword,
} from './support.ts';

let database: TestDatabase;
let portal: TestPortal;
let condor: TestCompany;
let server: MailServer;
const nueva = 'nueva@condor.example';

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

async function nextReceived(): Promise<Email & { envelope: string[] }> {
  await expect.poll(() => server.received.length, { timeout: 10_000, interval: 20 }).toBeGreaterThan(0);
  const first = server.received.shift();
  if (first === undefined) throw new Error('the mail went away');
  return { ...(await PostalMime.parse(first.raw)), envelope: first.to };
}

const outbox = () => portal.services.database.queries.select().from(mail).orderBy(asc(mail.createdAt));

async function write(portalOf = portal, name = 'Nadia'): Promise<void> {
  await portalOf.services.database.inAccount(condor.id, (tx) =>
    sendMail(tx, {
      accountId: condor.id,
      recipient: nueva,
      template: 'password-set',
      language: 'es',
      data: {
        name,
        accountName: 'Estructuras Cóndor',
        at: new Date(portalOf.clock.now()).toISOString(),
      },
      at: portalOf.clock.now(),
    }),
  );
}

test('A14: the mail arrives at a real mail server, and its link sets a password', async () => {
  await portal.client().passwords.requestLink({ email: nueva, language: 'es' });
  const received = await nextReceived();
  expect(received.envelope).toEqual([nueva]);
  expect(received.from?.address).toBe('no-responder@aldaba.example');
  expect(received.subject).toBe('Cree su contraseña de Aldaba');
  const header = (name: string) => received.headers.find(({ key }) => key === name)?.value;
  expect(header('content-language')).toBe('es');
  expect(header('auto-submitted')).toBe('auto-generated');
  // Text and HTML say the same, and what people typed stays text.
  const link = /http\S+#token=[\w-]{43}/.exec(received.text ?? '')?.[0] ?? '';
  expect(received.html).toContain(`href="${link}"`);
  expect(received.html).toContain('O’Higgins &lt;b&gt;');
  expect(received.html).toContain('Estructuras Cóndor &amp; Hijos');
  expect(received.html).toMatch(/<html lang="es">/);
  expect(received.html).not.toContain('{{');
  expect(received.text).toContain('ayuda@aldaba.example');

  const { origin, pathname, searchParams, hash } = new URL(link);
  expect([origin, pathname, searchParams.get('lang')]).toEqual([portal.url, '/set-password', 'es']);
  await portal.client().passwords.set({ token: hash.slice('#token='.length), password: testPassword });
  await portal.signIn(nueva, testPassword);
});

test('what an administrator writes for a name is no address that a mailbox makes a link of', async () => {
  await write(portal, 'J.R. Ewing, pague en https://pagos.example/x o www.pagos.example');
  portal.services.wakeMail();
  const { text, html } = await nextReceived();
  for (const body of [text, html]) {
    expect(body).toContain('J. R. Ewing, pague en https:// pagos. example/ x o www. pagos. example');
    expect(body).not.toMatch(/pagos\.example/);
  }
});

describe('the outbox', () => {
  test('sends what was committed, and nothing that was not', async () => {
    await portal.services.database
      .inAccount(condor.id, async (tx) => {
        await sendMail(tx, {
          accountId: condor.id,
          recipient: 'nunca@condor.example',
          template: 'password-set',
          language: 'es',
          data: { name: 'X', accountName: 'Y', at: new Date(portal.clock.now()).toISOString() },
          at: portal.clock.now(),
        });
        throw new Error('undone');
      })
      .catch(() => undefined);
    await write();
    portal.services.wakeMail();
    expect((await nextReceived()).envelope).toEqual([nueva]);
    expect(server.received).toEqual([]);
  });

  test('tries again later with the same mail, Message-ID included', async () => {
    server.state.refuse = { code: 451, words: 'try later' };
    await write();
    portal.services.wakeMail();
    await expect.poll(async () => (await outbox())[0]?.lastError, { interval: 20 }).toContain('try later');
    const [waiting] = await outbox();
    expect(waiting).toMatchObject({ attempts: 1, sentAt: null, failedAt: null });
    server.state.refuse = null;
    portal.services.wakeMail();
    // Not before its time.
    portal.clock.advance(retryDelay(1) * seconds - 1);
    await deliverDue(portal.services, smtpTransport(server.url));
    expect(server.received).toEqual([]);
    portal.clock.advance(1);
    portal.services.wakeMail();
    const received = await nextReceived();
    expect(received.messageId).toBe(`<${waiting?.id}@127.0.0.1>`);
    await expect.poll(async () => (await outbox())[0]?.sentAt, { interval: 20 }).not.toBeNull();
    expect((await outbox())[0]).toMatchObject({ attempts: 2, lastError: null });
  });

  test.each(['recipient', 'content'] as const)(
    'gives up on a mail whose %s the server refuses for good',
    async (at) => {
      Object.assign(server.state, { refuse: { code: 550, words: 'no such mailbox' }, at });
      await write();
      portal.services.wakeMail();
      await expect.poll(async () => (await outbox())[0]?.failedAt, { interval: 20 }).not.toBeNull();
      server.state.refuse = null;
      portal.clock.advance(24 * hours);
      await write();
      portal.services.wakeMail();
      await nextReceived();
      expect(server.received).toEqual([]);
    },
  );

  test('keeps all mails while the server refuses the sender, and tells the operator', async () => {
    Object.assign(server.state, { refuse: { code: 550, words: 'mended in ten minutes' }, at: 'sender' });
    await write();
    portal.services.wakeMail();
    await expect.poll(async () => (await outbox())[0]?.lastError, { interval: 20 }).toContain('mended');
    expect((await outbox())[0]).toMatchObject({ failedAt: null, sentAt: null });
    expect(portal.logLines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: 50, msg: 'mail not sent', failed: false }),
    );
    server.state.refuse = null;
    portal.clock.advance(retryDelay(1) * seconds);
    portal.services.wakeMail();
    await nextReceived();
  });

  test('does not send what leads to nothing any more: links that ended or were replaced meanwhile', async () => {
    const ask = async () => {
      await portal.client().passwords.requestLink({ email: nueva });
      const waiting = async () =>
        (await outbox()).filter(({ lastError }) => lastError?.includes('later')).length;
      return waiting;
    };
    Object.assign(server.state, { refuse: { code: 451, words: 'try later' } });
    const tried = await ask();
    await expect.poll(tried, { interval: 20 }).toBe(1);
    portal.clock.advance(61 * minutes);
    server.state.refuse = null;
    portal.services.wakeMail();
    await expect
      .poll(async () => (await outbox())[0], { interval: 20 })
      .toMatchObject({
        lastError: 'obsolete',
        failedAt: expect.any(Date),
        sentAt: null,
      });
    server.state.refuse = { code: 451, words: 'try later' };
    await ask();
    await expect.poll(tried, { interval: 20 }).toBe(1);
    await portal.services.database.queries
      .update(passwordLink)
      .set({ revokedAt: new Date(portal.clock.now()) });
    await ask();
    await expect.poll(tried, { interval: 20 }).toBe(2);
    server.state.refuse = null;
    portal.clock.advance(retryDelay(1) * seconds);
    portal.services.wakeMail();
    await nextReceived();
    // Two were written in the same instant of this clock: either may come first.
    await expect
      .poll(async () => (await outbox()).map(({ lastError }) => lastError ?? 'sent').sort(), { interval: 20 })
      .toEqual(['obsolete', 'obsolete', 'sent']);
    expect(server.received).toEqual([]);
  });

  test('does not send invitations that were taken back or sent again meanwhile', async () => {
    const emails = ['retirada', 'vigente', 'anterior'].map((name) => `${name}@norte.example`);
    await portal.company(
      'Norte',
      emails.map((email) => ({ email, role: 'license-installer', password: testPassword })),
    );
    const puentes = await portal.company('Puentes del Sur', [
      { email: 'ana@puentes.example', role: 'administrator', password: testPassword },
    ]);
    const { people } = (await portal.signIn('ana@puentes.example', testPassword)).client;
    const waiting = (count: number) =>
      expect
        .poll(async () => (await outbox()).filter(({ lastError }) => lastError?.includes('later')).length, {
          interval: 20,
        })
        .toBe(count);
    server.state.refuse = { code: 451, words: 'try later' };
    const ids: string[] = [];
    for (const email of emails) {
      const { id } = await people.createContact(newContact(puentes, '', { email }));
      ids.push(id);
    }
    await waiting(3);
    // Not before what comes is done.
    const nextAttemptAt = new Date(portal.clock.now() + hours);
    await portal.services.database.queries.update(mail).set({ nextAttemptAt });
    portal.clock.advance(minutes);
    const [retirada = '', vigente = '', anterior = ''] = ids;
    for (const id of [retirada, vigente]) await people.resendInvitation({ id });
    await waiting(5);
    // Written before mails named their invitation.
    await portal.services.database.queries
      .update(mail)
      .set({ data: sql`data - 'invitationId'` })
      .where(eq(mail.recipient, 'anterior@norte.example'));
    for (const id of [retirada, anterior]) await people.deleteContact({ id });

    server.state.refuse = null;
    portal.clock.advance(hours);
    portal.services.wakeMail();
    const received = [await nextReceived(), await nextReceived()].flatMap(({ envelope }) => envelope);
    expect(received.sort()).toEqual(['anterior@norte.example', 'vigente@norte.example']);
    await expect
      .poll(async () => (await outbox()).map(({ lastError }) => lastError ?? 'sent').sort(), { interval: 20 })
      .toEqual(['obsolete', 'obsolete', 'obsolete', 'sent', 'sent']);
    expect(server.received).toEqual([]);
  });

  test('a mail that takes its server longer than the first repetition is claimed once', async () => {
    const held = Promise.withResolvers<void>();
    server.state.hold = () => held.promise;
    await write();
    portal.services.wakeMail();
    await expect.poll(() => server.received.length, { interval: 20 }).toBe(1);
    portal.clock.advance(35 * seconds);
    await deliverDue(portal.services, smtpTransport(server.url));
    held.resolve();
    await expect.poll(async () => (await outbox())[0]?.sentAt, { interval: 20 }).not.toBeNull();
    expect((await outbox())[0]).toMatchObject({ attempts: 1, failedAt: null });
    expect(server.received).toHaveLength(1);
  });

  test('many workers at once send each mail once', async () => {
    // Behind the worker's back, so that only the ones of this test send.
    const later = portal.clock.now() + hours;
    for (let index = 0; index < 40; index += 1) await write();
    await portal.services.database.queries.update(mail).set({ nextAttemptAt: new Date(later) });
    portal.clock.advance(hours);
    const sent: OutgoingMail[] = [];
    const slow: MailTransport = {
      send: async (message) => {
        await new Promise((resolve) => setImmediate(resolve));
        sent.push(message);
      },
      close: async () => undefined,
    };
    await Promise.all(Array.from({ length: 8 }, () => deliverDue(portal.services, slow)));
    expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(sent.length);
    await expect
      .poll(async () => (await outbox()).every(({ sentAt }) => sentAt !== null), { interval: 20 })
      .toBe(true);
  });

  test('sends again what a node had taken when it died, because a mail twice is better than none', async () => {
    await write();
    const dying: MailTransport = {
      send: () => new Promise(() => undefined),
      close: async () => undefined,
    };
    // Takes the mail over and never comes back.
    void deliverDue(portal.services, dying);
    await expect.poll(async () => (await outbox())[0]?.attempts, { interval: 10 }).toBeGreaterThan(0);
    portal.clock.advance(claimSeconds * seconds);
    portal.services.wakeMail();
    await nextReceived();
  });
});
