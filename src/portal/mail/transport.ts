import nodemailer from 'nodemailer';

/** Mails that a node hands over at the same time. */
export const deliveriesAtOnce = 4;

export interface OutgoingMail {
  /** Stable over repetitions of the same mail (RFC 5322, 3.6.4), so that a mailbox can tell. */
  messageId: string;
  from: string;
  to: string;
  subject: string;
  text: string;
  html: string;
  /** BCP 47. */
  language: string;
}

/** The way out for mails. Rejects when the mail was not taken over; `permanent` on the error means that repeating is of no use. */
export interface MailTransport {
  send(mail: OutgoingMail): Promise<void>;
  close(): Promise<void>;
}

export class MailRefused extends Error {
  readonly permanent: boolean;
  constructor(message: string, permanent: boolean, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MailRefused';
    this.permanent = permanent;
  }
}

/**
 * SMTP by nodemailer.
 *
 * @param url `smtp://user:password@host:port` or `smtps://...`; nodemailer's query parameters are allowed
 */
export function smtpTransport(url: string): MailTransport {
  const pooled = new URL(url);
  // One conversation with the server carries many mails; as many at once as the worker has hands.
  if (!pooled.searchParams.has('pool')) pooled.searchParams.set('pool', 'true');
  if (!pooled.searchParams.has('maxConnections'))
    pooled.searchParams.set('maxConnections', String(deliveriesAtOnce));
  const transport = nodemailer.createTransport(pooled.href, {
    // Automatic answers (out of office) to these mails help nobody (RFC 3834, 5).
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
  return {
    async send(mail) {
      const { language, ...message } = mail;
      try {
        await transport.sendMail({ ...message, headers: { 'Content-Language': language } });
      } catch (error) {
        const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
        throw new MailRefused('the mail server did not take the mail', code >= 500 && code < 600, {
          cause: error,
        });
      }
    },
    async close() {
      transport.close();
    },
  };
}

/** For the embedded portal: mails stay in the outbox, where /outbox shows them. */
export const outboxOnly: MailTransport = {
  send: async () => undefined,
  close: async () => undefined,
};
