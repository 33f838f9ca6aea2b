import type { Language } from '../../contract/primitives.ts';
import type { Portal } from '../context.ts';
import { run, type Statement } from '../db/run.ts';
import { describe } from '../errors.ts';
import { renderMail } from './render.ts';
import type { MailData, MailTemplate } from './templates.ts';
import { deliveriesAtOnce, MailRefused, type MailTransport } from './transport.ts';

/** Seconds until the next attempt after the n-th (from 1): 30 s, doubling to 1 h. Also how long a claimed mail is left to its node. */
export function retryDelay(attempt: number): number {
  return Math.min(30 * 2 ** (attempt - 1), 3600);
}
/** About a day of attempts. */
const mostAttempts = 30;

/** Claims one mail: it is due again after the delay, unless it is marked as sent. */
const claim: Statement = {
  name: 'claim-mail',
  text: `update mail set attempts = attempts + 1,
      next_attempt_at = $1::timestamptz + make_interval(secs => least(30 * power(2, least(attempts, 10)), 3600))
    where id in (
      select id from mail where sent_at is null and failed_at is null and next_attempt_at <= $1::timestamptz
      order by next_attempt_at limit 1 for update skip locked)
    returning id, recipient, template, language, data, attempts`,
};

const markSent: Statement = {
  name: 'mark-mail-sent',
  text: 'update mail set sent_at = $2, last_error = null where id = $1',
};
const markError: Statement = {
  name: 'mark-mail-error',
  text: 'update mail set last_error = $2, failed_at = $3 where id = $1',
};

export interface ClaimedMail {
  id: string;
  recipient: string;
  template: MailTemplate;
  language: Language;
  data: MailData[MailTemplate];
  attempts: number;
}

/** Sends every mail that is due, several at once. Nothing is open in the database while the mail server is talked to. */
export async function deliverDue(portal: Portal, transport: MailTransport): Promise<void> {
  await Promise.all(Array.from({ length: deliveriesAtOnce }, () => deliverInTurn(portal, transport)));
}

async function deliverInTurn(portal: Portal, transport: MailTransport): Promise<void> {
  const { queries } = portal.database;
  for (;;) {
    const [mail] = await run<ClaimedMail>(queries, claim, [instant(portal)]);
    if (mail === undefined) return;
    try {
      await transport.send(renderMail(portal, mail));
      await run(queries, markSent, [mail.id, instant(portal)]);
      portal.log.info({ mail: mail.id, template: mail.template, attempts: mail.attempts }, 'mail sent');
    } catch (error) {
      const permanent = error instanceof MailRefused && error.permanent;
      const failed = permanent || mail.attempts >= mostAttempts;
      await run(queries, markError, [mail.id, reason(error), failed ? instant(portal) : null]);
      portal.log.warn(
        { mail: mail.id, attempts: mail.attempts, failed, error: describe(error) },
        'mail not sent',
      );
    }
  }
}

function instant(portal: Portal): string {
  return new Date(portal.clock.now()).toISOString();
}

function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message.slice(0, 500) : 'unknown';
}
