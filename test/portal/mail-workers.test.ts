import { describe, expect, test } from 'vitest';
import { mail } from '../../src/portal/db/schema.ts';
import { claimSeconds, deliverDue } from '../../src/portal/mail/deliver.ts';
import { type MailTransport, type OutgoingMail, smtpTransport } from '../../src/portal/mail/transport.ts';
import { mailPortal } from './mail-portal.ts';
import { hours, seconds } from './support.ts';

const mails = mailPortal();

describe('workers that send', () => {
  test('a mail that takes its server longer than the first repetition is claimed once', async () => {
    const held = Promise.withResolvers<void>();
    mails.server.state.hold = () => held.promise;
    await mails.write();
    mails.portal.services.wakeMail();
    await expect.poll(() => mails.server.received.length, { interval: 20 }).toBe(1);
    mails.portal.clock.advance(35 * seconds);
    await deliverDue(mails.portal.services, smtpTransport(mails.server.url));
    held.resolve();
    await expect.poll(async () => (await mails.outbox())[0]?.sentAt, { interval: 20 }).not.toBeNull();
    expect((await mails.outbox())[0]).toMatchObject({ attempts: 1, failedAt: null });
    expect(mails.server.received).toHaveLength(1);
  });

  test('many workers at once send each mail once', async () => {
    // Behind the worker's back, so that only the ones of this test send.
    const later = mails.portal.clock.now() + hours;
    for (let index = 0; index < 40; index += 1) await mails.write();
    await mails.portal.services.database.queries.update(mail).set({ nextAttemptAt: new Date(later) });
    mails.portal.clock.advance(hours);
    const sent: OutgoingMail[] = [];
    const slow: MailTransport = {
      send: async (message) => {
        await new Promise((resolve) => setImmediate(resolve));
        sent.push(message);
      },
      close: async () => undefined,
    };
    await Promise.all(Array.from({ length: 8 }, () => deliverDue(mails.portal.services, slow)));
    expect(new Set(sent.map(({ messageId }) => messageId)).size).toBe(sent.length);
    await expect
      .poll(async () => (await mails.outbox()).every(({ sentAt }) => sentAt !== null), { interval: 20 })
      .toBe(true);
  });

  test('sends again what a node had taken when it died, because a mail twice is better than none', async () => {
    await mails.write();
    const dying: MailTransport = {
      send: () => new Promise(() => undefined),
      close: async () => undefined,
    };
    // Takes the mail over and never comes back.
    void deliverDue(mails.portal.services, dying);
    await expect.poll(async () => (await mails.outbox())[0]?.attempts, { interval: 10 }).toBeGreaterThan(0);
    mails.portal.clock.advance(claimSeconds * seconds);
    mails.portal.services.wakeMail();
    await mails.nextReceived();
  });
});
