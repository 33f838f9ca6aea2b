import { AldabaError } from '../../contract/errors.ts';
import type { Language } from '../../contract/primitives.ts';
import { normalizeEmail } from '../../domain/email.ts';
import { checkPassword, passwordLength } from '../../domain/password-policy.ts';
import { audit } from '../audit/audit.ts';
import { isLeakedPassword } from '../auth/leaked-passwords.ts';
import type { Portal, RequestInfo } from '../context.ts';
import type { Queries, Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { linkRequest } from '../db/schema.ts';
import { withRetry } from '../db/with-retry.ts';
import { hashToken, newId } from '../ids.ts';
import { sendMail } from '../mail/outbox.ts';
import { endSessions } from './end-sessions.ts';

interface Call {
  readonly portal: Portal;
  readonly request: RequestInfo;
}

/**
 * Asks for a link by email (A4, A18). The request writes one row whoever the address belongs to; the worker finds out and mails, so
 * that neither the answer nor its time tells whether somebody is registered.
 *
 * @throws `too-many-requests` by network address; beyond the limit of one email address the answer is the same and no mail goes out
 */
export async function requestLink(
  { portal, request }: Call,
  input: { email: string; language?: Language | undefined },
): Promise<void> {
  const emailNormalized = normalizeEmail(input.email);
  await portal.limits.consume('link-address', request.network);
  if (!(await portal.limits.allows('link-email', emailNormalized))) return;
  const now = portal.clock.now();
  await portal.database.queries.insert(linkRequest).values({
    id: newId(now),
    emailNormalized,
    language: input.language ?? null,
    nextAttemptAt: new Date(now),
    createdAt: new Date(now),
  });
  portal.wakeMail();
}

/** The password of the link `l` would open its company: without that, setting one would lead nowhere. */
const leadsIn = `exists (select from membership m
    where m.account_id = l.account_id and m.identity_id = l.identity_id and m.suspended_at is null
      and (m.accepted_at is not null or invitation_stands(m.account_id, m.identity_id)))`;

const findLink: Statement = {
  name: 'find-link',
  text: `select l.account_id, l.id, l.identity_id, l.purpose, extract(epoch from l.expires_at) * 1000 as expires_at,
      l.used_at is not null or l.revoked_at is not null or not ${leadsIn} as spent,
      i.email, i.name, i.language, i.has_password, a.name as account_name
    from password_link l
    join identity i on i.id = l.identity_id
    join account a on a.id = l.account_id
    where l.token_hash = $1`,
};

interface Link {
  account_id: string;
  id: string;
  identity_id: string;
  purpose: 'activate' | 'reset';
  expires_at: string;
  spent: boolean;
  email: string;
  name: string;
  language: Language;
  has_password: boolean;
  account_name: string;
}

/** @throws `link-invalid` (unknown, used, replaced, its person suspended, or whoever invited them is not entitled any more), `link-expired` */
async function openLink(on: Queries | Tx, token: string, now: number): Promise<Link> {
  const [link] = await run<Link>(on, findLink, [hashToken(token)]);
  if (link === undefined || link.spent) throw new AldabaError('link-invalid');
  if (Number(link.expires_at) <= now) throw new AldabaError('link-expired');
  return link;
}

/** What a link is for. Looking never uses it up: mail scanners open links. */
export async function readLink({ portal, request }: Call, token: string) {
  await portal.limits.consume('link-use', request.network);
  const link = await openLink(portal.database.queries, token, portal.clock.now());
  return {
    purpose: link.purpose,
    email: link.email,
    name: link.name,
    accountName: link.account_name,
    expiresAt: new Date(Number(link.expires_at)).toISOString(),
    language: link.language,
    minimumLength: passwordLength.minimum,
    maximumLength: passwordLength.maximum,
  };
}

/**
 * What lets the person in, locked in the order of whoever signs in, or takes or gives access: person, memberships, then invitations; sessions,
 * leases and links come after. Of two links of a person at the same time one waits here.
 */
const lockPerson: Statement = {
  name: 'lock-person',
  text: `with person as (select id from identity where id = $1::uuid for no key update),
    members as (select m.account_id from membership m join person on person.id = m.identity_id
      order by m.account_id for no key update of m),
    invited as (select v.id from invitation v
      where v.account_id in (select account_id from members) and v.identity_id = $1::uuid and v.state = 'pending'
      order by v.account_id, v.id for no key update)
    select (select count(*) from members) as memberships, (select count(*) from invited) as invitations`,
};

/** Uses the link up: of two at the same time, one gets the row. */
const useLink: Statement = {
  name: 'use-link',
  text: `update password_link l set used_at = $2::timestamptz
    where token_hash = $1 and used_at is null and revoked_at is null and expires_at > $2::timestamptz and ${leadsIn} returning id`,
};

/**
 * The password, and with a first one every company that waits for the person; else the one that the link came from. Not where whoever
 * invited them may not give that role any more.
 */
const storePassword: Statement = {
  name: 'store-password',
  text: `with person as (update identity set password_hash = $2, password_set_at = $3::timestamptz where id = $1::uuid returning id),
    other_links as (update password_link set revoked_at = $3::timestamptz
      where identity_id = $1::uuid and used_at is null and revoked_at is null),
    guesses as (delete from guess where key = $6),
    entered as (update membership m set accepted_at = $3::timestamptz from person
      where m.identity_id = person.id and m.accepted_at is null and m.suspended_at is null
        and ($5::boolean or m.account_id = $4::uuid and $7::boolean)
        and invitation_stands(m.account_id, m.identity_id)
      returning m.account_id),
    accepted as (update invitation v set state = 'accepted', answered_at = $3::timestamptz
      where v.identity_id = $1::uuid and v.state = 'pending' and v.kind = 'activate'
        and v.account_id in (select account_id from entered))
    select account_id from entered`,
};

/**
 * Sets the password with a link, once. The person's sessions end on every device, other open links lose their use, and whoever
 * had a password is told by mail.
 *
 * @throws `link-invalid`, `link-expired`, `password-too-short`, `password-too-long`, `password-common`, `password-contextual`
 */
export async function setPassword(
  { portal, request }: Call,
  { token, password }: { token: string; password: string },
): Promise<void> {
  await portal.limits.consume('link-use', request.network);
  const link = await openLink(portal.database.queries, token, portal.clock.now());
  const words = [link.name, link.account_name, portal.settings.operator];
  const refusal = checkPassword(password, { email: link.email, words }, isLeakedPassword);
  if (refusal !== null)
    throw new AldabaError(refusal, 'refused by the password policy', { ...passwordLength });
  const hash = await portal.hasher.hash(password, request.network);

  await withRetry(() =>
    portal.database.asService((tx) => storeIn(tx, { portal, request }, { link, token, hash })),
  );
  portal.wakeMail();
}

async function storeIn(
  tx: Tx,
  { portal, request }: Call,
  { link, token, hash }: { link: Link; token: string; hash: string },
): Promise<void> {
  const now = portal.clock.now();
  const at = new Date(now).toISOString();
  await run(tx, lockPerson, [link.identity_id]);
  const ended = await endSessions(tx, { identityId: link.identity_id }, 'password-set', now);
  const used = await run(tx, useLink, [hashToken(token), at]);
  if (used.length === 0) throw new AldabaError('link-invalid', 'used meanwhile');
  const entered = await run<{ account_id: string }>(tx, storePassword, [
    link.identity_id,
    hash,
    at,
    link.account_id,
    !link.has_password,
    `identity:${normalizeEmail(link.email)}`,
    link.purpose === 'activate',
  ]);
  if (link.has_password)
    await sendMail(tx, {
      accountId: link.account_id,
      recipient: link.email,
      template: 'password-set',
      language: link.language,
      data: { name: link.name, accountName: link.account_name, at },
      at: now,
    });
  // Every company that it is about has it in its chain; in one order, because a chain stays locked from its entry on.
  const joined = new Set(entered.map((row) => row.account_id));
  for (const accountId of [...new Set([link.account_id, ...joined, ...ended])].sort())
    await audit(tx, {
      accountId,
      at: now,
      action: link.has_password ? 'password.reset' : 'password.created',
      actor: { kind: 'person', id: link.identity_id, name: link.name, email: link.email },
      subject: { kind: 'identity', id: link.identity_id },
      after: { joined: joined.has(accountId), sessions: ended.filter((of) => of === accountId).length },
      address: request.address,
      requestId: request.id,
    });
}
