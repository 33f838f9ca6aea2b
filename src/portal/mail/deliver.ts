import type { Language } from '../../contract/primitives.ts';
import { neverStopping, type Stopping } from '../background/stopping.ts';
import type { Portal } from '../context.ts';
import { run, type Statement } from '../db/run.ts';
import { describe } from '../errors.ts';
import { renderMail } from './render.ts';
import type { MailData, MailTemplate } from './templates.ts';
import { deliveriesAtOnce, MailRefused, type MailTransport } from './transport.ts';

/** Seconds until the next attempt after the n-th (from 1): 30 s, doubling to 1 h. */
export function retryDelay(attempt: number): number {
  return Math.min(30 * 2 ** (attempt - 1), 3600);
}
/** About a day of attempts. */
const mostAttempts = 30;
/** Milliseconds after which a mail server that still has not taken a mail is left. */
const sendLimit = 60_000;
/** Seconds for which a claimed mail is left to its node: longer than it may take to send it. */
export const claimSeconds = 90;

/**
 * Claims one mail: it is due again after the claim, unless it is marked before. Obsolete is one whose link or invitation is used, replaced or over:
 * it would lead to nothing. An invitation is replaced when it was sent again, which is another mail at another instant.
 */
const claim: Statement = {
  name: 'claim-mail',
  text: `update mail m set attempts = attempts + 1, next_attempt_at = $1::timestamptz + interval '${claimSeconds} seconds'
    where id in (
      select id from mail where sent_at is null and failed_at is null and next_attempt_at <= $1::timestamptz
      order by next_attempt_at limit 1 for update skip locked)
    returning id, recipient, template, language, data, attempts,
      coalesce((data->>'expiresAt')::timestamptz <= $1::timestamptz, false)
        or data->>'linkId' is not null and not exists (
          select from password_link l where l.account_id = m.account_id and l.id = (m.data->>'linkId')::uuid
            and l.used_at is null and l.revoked_at is null and l.expires_at > $1::timestamptz)
        or data->>'invitationId' is not null and not exists (
          select from invitation v where v.account_id = m.account_id and v.id = (m.data->>'invitationId')::uuid
            and v.state = 'pending' and v.sent_at = m.created_at) as obsolete`,
};

const markSent: Statement = {
  name: 'mark-mail-sent',
  text: 'update mail set sent_at = $2, last_error = null where id = $1',
};
/** Not when another node had it sent after all. */
const markError: Statement = {
  name: 'mark-mail-error',
  text: 'update mail set last_error = $2, failed_at = $3, next_attempt_at = $4 where id = $1 and sent_at is null',
};

export interface ClaimedMail {
  id: string;
  recipient: string;
  template: MailTemplate;
  language: Language;
  data: MailData[MailTemplate];
  attempts: number;
  obsolete: boolean;
}

/** Sends every mail that is due, several at once. Nothing is open in the database while the mail server is talked to. */
export async function deliverDue(
  portal: Portal,
  transport: MailTransport,
  stopping: Stopping = neverStopping,
): Promise<void> {
  await Promise.all(
    Array.from({ length: deliveriesAtOnce }, () => deliverInTurn(portal, transport, stopping)),
  );
}

async function deliverInTurn(portal: Portal, transport: MailTransport, stopping: Stopping): Promise<void> {
  const { queries } = portal.database;
  while (!stopping.asked.aborted) {
    const [mail] = await run<ClaimedMail>(queries, claim, [instant(portal)]);
    if (mail === undefined) return;
    if (mail.obsolete) {
      await run(queries, markError, [mail.id, 'obsolete', instant(portal), instant(portal)]);
      portal.log.info({ mail: mail.id, template: mail.template }, 'mail obsolete');
      continue;
    }
    try {
      const limit = AbortSignal.any([stopping.now, AbortSignal.timeout(sendLimit)]);
      await transport.send(renderMail(portal, mail), limit);
      await run(queries, markSent, [mail.id, instant(portal)]);
      portal.log.info({ mail: mail.id, template: mail.template, attempts: mail.attempts }, 'mail sent');
    } catch (error) {
      await noteFailure(portal, mail, error);
    }
  }
}

async function noteFailure(portal: Portal, mail: ClaimedMail, error: unknown): Promise<void> {
  const refused = error instanceof MailRefused && error.ofMail;
  const failed = (refused && error.permanent) || mail.attempts >= mostAttempts;
  await run(portal.database.queries, markError, [
    mail.id,
    reason(error),
    failed ? instant(portal) : null,
    instant(portal, retryDelay(mail.attempts)),
  ]);
  const said = { mail: mail.id, attempts: mail.attempts, failed, error: describe(error) };
  // What is not about this mail keeps all of them: the operator has to know.
  portal.log[refused ? 'warn' : 'error'](said, 'mail not sent');
}

/** @param later seconds from now */
function instant(portal: Portal, later = 0): string {
  return new Date(portal.clock.now() + later * 1000).toISOString();
}

function reason(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message.slice(0, 500) : 'unknown';
}
