import type { Language } from '../../contract/primitives.ts';
import type { Tx } from '../db/database.ts';
import { mail } from '../db/schema.ts';
import { newId } from '../ids.ts';
import type { MailData, MailTemplate } from './templates.ts';

export interface NewMail<T extends MailTemplate> {
  /** For whose business it is sent. */
  accountId: string;
  recipient: string;
  template: T;
  language: Language;
  data: MailData[T];
  /** Milliseconds of UTC. */
  at: number;
}

/**
 * Puts a mail in the outbox, in the transaction that causes it: it is sent if and only if that one commits. Afterwards call
 * `portal.wakeMail()`, or it waits for the worker's next look.
 */
export async function sendMail<T extends MailTemplate>(tx: Tx, message: NewMail<T>): Promise<void> {
  const at = new Date(message.at);
  await tx.insert(mail).values({
    id: newId(message.at),
    accountId: message.accountId,
    recipient: message.recipient,
    template: message.template,
    language: message.language,
    data: message.data,
    createdAt: at,
    nextAttemptAt: at,
  });
}
