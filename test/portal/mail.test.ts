import { describe, expect, test } from 'vitest';
import { deliverDue, retryDelay } from '../../src/portal/mail/deliver.ts';
import { sendMail } from '../../src/portal/mail/outbox.ts';
import { smtpTransport } from '../../src/portal/mail/transport.ts';
import { mailPortal, nueva } from './mail-portal.ts';
import { hours, seconds, testPassword } from './support.ts';

const mails = mailPortal();

test('A14: the mail arrives at a real mail server, and its link sets a password', async () => {
  await mails.portal.client().passwords.requestLink({ email: nueva, language: 'es' });
  const received = await mails.nextReceived();
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
  expect([origin, pathname, searchParams.get('lang')]).toEqual([mails.portal.url, '/set-password', 'es']);
  await mails.portal.client().passwords.set({ token: hash.slice('#token='.length), password: testPassword });
  await mails.portal.signIn(nueva, testPassword);
});

test('what an administrator writes for a name is no address that a mailbox makes a link of', async () => {
  await mails.write('J.R. Ewing, pague en https://pagos.example/x o www.pagos.example');
  mails.portal.services.wakeMail();
  const { text, html } = await mails.nextReceived();
  for (const body of [text, html]) {
    expect(body).toContain('J. R. Ewing, pague en https:// pagos. example/ x o www. pagos. example');
    expect(body).not.toMatch(/pagos\.example/);
  }
});

describe('the outbox', () => {
  test('sends what was committed, and nothing that was not', async () => {
    await mails.portal.services.database
      .inAccount(mails.condor.id, async (tx) => {
        await sendMail(tx, {
          accountId: mails.condor.id,
          recipient: 'nunca@condor.example',
          template: 'password-set',
          language: 'es',
          data: { name: 'X', accountName: 'Y', at: new Date(mails.portal.clock.now()).toISOString() },
          at: mails.portal.clock.now(),
        });
        throw new Error('undone');
      })
      .catch(() => undefined);
    await mails.write();
    mails.portal.services.wakeMail();
    expect((await mails.nextReceived()).envelope).toEqual([nueva]);
    expect(mails.server.received).toEqual([]);
  });

  test('tries again later with the same mail, Message-ID included', async () => {
    mails.server.state.refuse = { code: 451, words: 'try later' };
    await mails.write();
    mails.portal.services.wakeMail();
    await expect
      .poll(async () => (await mails.outbox())[0]?.lastError, { interval: 20 })
      .toContain('try later');
    const [waiting] = await mails.outbox();
    expect(waiting).toMatchObject({ attempts: 1, sentAt: null, failedAt: null });
    mails.server.state.refuse = null;
    mails.portal.services.wakeMail();
    // Not before its time.
    mails.portal.clock.advance(retryDelay(1) * seconds - 1);
    await deliverDue(mails.portal.services, smtpTransport(mails.server.url));
    expect(mails.server.received).toEqual([]);
    mails.portal.clock.advance(1);
    mails.portal.services.wakeMail();
    const received = await mails.nextReceived();
    expect(received.messageId).toBe(`<${waiting?.id}@127.0.0.1>`);
    await expect.poll(async () => (await mails.outbox())[0]?.sentAt, { interval: 20 }).not.toBeNull();
    expect((await mails.outbox())[0]).toMatchObject({ attempts: 2, lastError: null });
  });

  test.each(['recipient', 'content'] as const)(
    'gives up on a mail whose %s the server refuses for good',
    async (at) => {
      Object.assign(mails.server.state, { refuse: { code: 550, words: 'no such mailbox' }, at });
      await mails.write();
      mails.portal.services.wakeMail();
      await expect.poll(async () => (await mails.outbox())[0]?.failedAt, { interval: 20 }).not.toBeNull();
      mails.server.state.refuse = null;
      mails.portal.clock.advance(24 * hours);
      await mails.write();
      mails.portal.services.wakeMail();
      await mails.nextReceived();
      expect(mails.server.received).toEqual([]);
    },
  );

  test('keeps all mails while the server refuses the sender, and tells the operator', async () => {
    Object.assign(mails.server.state, {
      refuse: { code: 550, words: 'mended in ten minutes' },
      at: 'sender',
    });
    await mails.write();
    mails.portal.services.wakeMail();
    await expect.poll(async () => (await mails.outbox())[0]?.lastError, { interval: 20 }).toContain('mended');
    expect((await mails.outbox())[0]).toMatchObject({ failedAt: null, sentAt: null });
    expect(mails.portal.logLines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ level: 50, msg: 'mail not sent', failed: false }),
    );
    mails.server.state.refuse = null;
    mails.portal.clock.advance(retryDelay(1) * seconds);
    mails.portal.services.wakeMail();
    await mails.nextReceived();
  });
});
