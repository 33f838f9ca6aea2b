import { eq, sql } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { mail, passwordLink } from '../../src/portal/db/schema.ts';
import { retryDelay } from '../../src/portal/mail/deliver.ts';
import { mailPortal, nueva } from './mail-portal.ts';
import { newContact } from './people-support.ts';
import { hours, minutes, seconds, testPassword } from './support.ts';

const mails = mailPortal();

describe('the outbox', () => {
  test('does not send what leads to nothing any more: links that ended or were replaced meanwhile', async () => {
    const ask = async () => {
      await mails.portal.client().passwords.requestLink({ email: nueva });
      const waiting = async () =>
        (await mails.outbox()).filter(({ lastError }) => lastError?.includes('later')).length;
      return waiting;
    };
    Object.assign(mails.server.state, { refuse: { code: 451, words: 'try later' } });
    const tried = await ask();
    await expect.poll(tried, { interval: 20 }).toBe(1);
    mails.portal.clock.advance(61 * minutes);
    mails.server.state.refuse = null;
    mails.portal.services.wakeMail();
    await expect
      .poll(async () => (await mails.outbox())[0], { interval: 20 })
      .toMatchObject({
        lastError: 'obsolete',
        failedAt: expect.any(Date),
        sentAt: null,
      });
    mails.server.state.refuse = { code: 451, words: 'try later' };
    await ask();
    await expect.poll(tried, { interval: 20 }).toBe(1);
    await mails.portal.services.database.queries
      .update(passwordLink)
      .set({ revokedAt: new Date(mails.portal.clock.now()) });
    await ask();
    await expect.poll(tried, { interval: 20 }).toBe(2);
    mails.server.state.refuse = null;
    mails.portal.clock.advance(retryDelay(1) * seconds);
    mails.portal.services.wakeMail();
    await mails.nextReceived();
    // Two were written in the same instant of this clock: either may come first.
    await expect
      .poll(async () => (await mails.outbox()).map(({ lastError }) => lastError ?? 'sent').sort(), {
        interval: 20,
      })
      .toEqual(['obsolete', 'obsolete', 'sent']);
    expect(mails.server.received).toEqual([]);
  });

  test('does not send invitations that were taken back or sent again meanwhile', async () => {
    const emails = ['retirada', 'vigente', 'anterior'].map((name) => `${name}@norte.example`);
    await mails.portal.company(
      'Norte',
      emails.map((email) => ({ email, role: 'license-installer', password: testPassword })),
    );
    const puentes = await mails.portal.company('Puentes del Sur', [
      { email: 'ana@puentes.example', role: 'administrator', password: testPassword },
    ]);
    const { people } = (await mails.portal.signIn('ana@puentes.example', testPassword)).client;
    const waiting = (count: number) =>
      expect
        .poll(
          async () => (await mails.outbox()).filter(({ lastError }) => lastError?.includes('later')).length,
          {
            interval: 20,
          },
        )
        .toBe(count);
    mails.server.state.refuse = { code: 451, words: 'try later' };
    const ids: string[] = [];
    for (const email of emails) {
      const { id } = await people.createContact(newContact(puentes, '', { email }));
      ids.push(id);
    }
    await waiting(3);
    // Not before what comes is done.
    const nextAttemptAt = new Date(mails.portal.clock.now() + hours);
    await mails.portal.services.database.queries.update(mail).set({ nextAttemptAt });
    mails.portal.clock.advance(minutes);
    const [retirada = '', vigente = '', anterior = ''] = ids;
    for (const id of [retirada, vigente]) await people.resendInvitation({ id });
    await waiting(5);
    // Written before mails named their invitation.
    await mails.portal.services.database.queries
      .update(mail)
      .set({ data: sql`data - 'invitationId'` })
      .where(eq(mail.recipient, 'anterior@norte.example'));
    for (const id of [retirada, anterior]) await people.deleteContact({ id });

    mails.server.state.refuse = null;
    mails.portal.clock.advance(hours);
    mails.portal.services.wakeMail();
    const received = [await mails.nextReceived(), await mails.nextReceived()].flatMap(
      ({ envelope }) => envelope,
    );
    expect(received.sort()).toEqual(['anterior@norte.example', 'vigente@norte.example']);
    await expect
      .poll(async () => (await mails.outbox()).map(({ lastError }) => lastError ?? 'sent').sort(), {
        interval: 20,
      })
      .toEqual(['obsolete', 'obsolete', 'obsolete', 'sent', 'sent']);
    expect(mails.server.received).toEqual([]);
  });
});
