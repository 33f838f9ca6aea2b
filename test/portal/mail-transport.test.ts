import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MailRefused, type OutgoingMail, smtpTransport } from '../../src/portal/mail/transport.ts';
import { type MailServer, startMailServer } from './mail-support.ts';

let server: MailServer;
beforeAll(async () => {
  server = await startMailServer();
});
afterAll(() => server.close());

const message: OutgoingMail = {
  messageId: '<a@b>',
  from: 'a@b.example',
  to: 'nueva@condor.example',
  subject: 's',
  text: 't',
  html: 'h',
  language: 'es',
};

describe('the way to the mail server', () => {
  test.each([
    ['login', 535, { ofMail: false, permanent: false }],
    ['sender', 550, { ofMail: false, permanent: false }],
    ['recipient', 550, { ofMail: true, permanent: true }],
    ['recipient', 450, { ofMail: true, permanent: false }],
    ['content', 554, { ofMail: true, permanent: true }],
    ['content', 451, { ofMail: true, permanent: false }],
  ] as const)(
    'what is refused at the %s with %i is told from a fault of the way',
    async (at, code, verdict) => {
      Object.assign(server.state, { refuse: { code, words: 'no' }, at });
      const transport = smtpTransport(server.url);
      const refused = await transport.send(message).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(MailRefused);
      expect(refused).toMatchObject(verdict);
      await transport.close();
    },
  );

  test('a server that cannot be reached is a fault of the way', async () => {
    const nobody = smtpTransport('smtp://127.0.0.1:1').send(message);
    await expect(nobody).rejects.toMatchObject({ ofMail: false, permanent: false });
  });
});
