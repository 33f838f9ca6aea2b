import { eq } from 'drizzle-orm';
import type { Language } from '../../contract/primitives.ts';
import type { Portal } from '../context.ts';
import type { Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { linkRequest } from '../db/schema.ts';
import { describe } from '../errors.ts';
import { sendMail } from '../mail/outbox.ts';
import { createLink } from '../services/links.ts';
import type { Stopping } from './stopping.ts';

/** Hours that a link is good for when people ask for it themselves. */
const ownResetHours = 1;

/** Claims one request for a minute: one that fails is repeated then, after all others. */
const claimRequest: Statement = {
  name: 'claim-link-request',
  text: `update link_request set next_attempt_at = $1::timestamptz + interval '1 minute' where id in (
      select id from link_request where next_attempt_at <= $1::timestamptz order by next_attempt_at limit 1 for update skip locked)
    returning id, email_normalized, language`,
};

interface LinkRequest {
  id: string;
  email_normalized: string;
  language: Language | null;
}

/**
 * The person of an address and the company in whose name they are written to: one where they are not suspended, their home first.
 * No row: unknown, suspended everywhere, somebody who has no way in, or whose inviter may not let them in any more.
 */
const findRecipient: Statement = {
  name: 'find-link-recipient',
  text: `select i.id, i.email, i.name, i.language, i.has_password, a.id as account_id, a.name as account_name
    from identity i
    join membership m on m.identity_id = i.id and m.suspended_at is null
    join account a on a.id = m.account_id
    join role r on r.account_id = m.account_id and r.id = m.role_id
    where i.email_normalized = $1 and (m.owner or not r.permissions <@ array['notification:receive'])
      and (m.accepted_at is not null or invitation_stands(m.account_id, m.identity_id))
    order by m.accepted_at is null, a.id <> i.home_account_id, a.id limit 1`,
};

/** Answers every waiting request for a link, each in a transaction of its own. */
export async function answerLinkRequests(portal: Portal, stopping: Stopping): Promise<void> {
  while (!stopping.asked.aborted) {
    const [request] = await run<LinkRequest>(portal.database.queries, claimRequest, [
      new Date(portal.clock.now()).toISOString(),
    ]);
    if (request === undefined) return;
    await portal.database
      .asService((tx) => answer(portal, tx, request))
      .catch((error: unknown) =>
        portal.log.error({ error: describe(error) }, 'a request for a link was not answered'),
      );
  }
}

async function answer(portal: Portal, tx: Tx, request: LinkRequest): Promise<void> {
  const now = portal.clock.now();
  const answered = await tx.delete(linkRequest).where(eq(linkRequest.id, request.id)).returning();
  // Another node answered it, when this one took longer than its claim.
  if (answered.length === 0) return;
  const [person] = await run<{
    id: string;
    email: string;
    name: string;
    language: Language;
    has_password: boolean;
    account_id: string;
    account_name: string;
  }>(tx, findRecipient, [request.email_normalized]);
  if (person === undefined) return;
  const purpose = person.has_password ? 'reset' : 'activate';
  const link = await createLink(tx, portal, {
    accountId: person.account_id,
    identityId: person.id,
    purpose,
    requestedBy: null,
    hours: ownResetHours,
    now,
  });
  await sendMail(tx, {
    accountId: person.account_id,
    recipient: person.email,
    template: purpose,
    language: request.language ?? person.language,
    data: {
      linkId: link.id,
      name: person.name,
      accountName: person.account_name,
      expiresAt: link.expiresAt.toISOString(),
    },
    at: now,
  });
}
