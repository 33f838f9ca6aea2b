import nodemailer from 'nodemailer';

/** Mails that a node hands over at the same time. */
export const deliveriesAtOnce = 4;

/** Milliseconds for each step of the conversation, unless the address says otherwise: a mail server that hangs is left soon. */
const patience = {
  dnsTimeout: 10_000,
  connectionTimeout: 10_000,
  greetingTimeout: 10_000,
  socketTimeout: 20_000,
} as const;

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

/** The way out for mails. */
export interface MailTransport {
  /**
   * @param left ends the attempt
   * @throws MailRefused when the mail was not taken over
   */
  send(mail: OutgoingMail, left?: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

export class MailRefused extends Error {
  /** The server judged this mail or its recipient. Otherwise the fault is between the portal and its mail server, and of every mail. */
  readonly ofMail: boolean;
  /** Repeating this mail is of no use. */
  readonly permanent: boolean;
  constructor(message: string, verdict: { ofMail: boolean; permanent: boolean }, options?: ErrorOptions) {
    super(message, options);
    this.name = 'MailRefused';
    this.ofMail = verdict.ofMail;
    this.permanent = verdict.permanent;
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
  for (const [name, value] of Object.entries({ pool: true, maxConnections: deliveriesAtOnce, ...patience }))
    if (!pooled.searchParams.has(name)) pooled.searchParams.set(name, String(value));
  const transport = nodemailer.createTransport(pooled.href, {
    // Automatic answers (out of office) to these mails help nobody (RFC 3834, 5).
    headers: { 'Auto-Submitted': 'auto-generated' },
  });
  return {
    async send(mail, left) {
      const { language, ...message } = mail;
      try {
        await transport.sendMail({ ...message, signal: left, headers: { 'Content-Language': language } });
      } catch (error) {
        throw new MailRefused('the mail server did not take the mail', verdict(error), { cause: error });
      }
    },
    async close() {
      transport.close();
    },
  };
}

/**
 * What a failure says of the mail. The same numbers stand for a login or a sender that is refused, which is mended for all mails at once:
 * only an answer to the recipient (RFC 5321, 4.1.1.3) or to the content is about this mail.
 */
function verdict(error: unknown): { ofMail: boolean; permanent: boolean } {
  const { code, command, responseCode } = (error instanceof Error ? error : {}) as {
    code?: string;
    command?: string;
    responseCode?: number;
  };
  const ofMail = code === 'EMESSAGE' || (code === 'EENVELOPE' && command === 'RCPT TO');
  return { ofMail, permanent: ofMail && responseCode !== undefined && responseCode >= 500 };
}

/** For the embedded portal: mails stay in the outbox, where /outbox shows them. */
export const outboxOnly: MailTransport = {
  send: async () => undefined,
  close: async () => undefined,
};
