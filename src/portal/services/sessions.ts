import type { z } from 'zod';
import { AldabaError } from '../../contract/errors.ts';
import type { sessionSchema } from '../../contract/portal/sessions.ts';
import { normalizeEmail } from '../../domain/email.ts';
import { type AuditActor, audit } from '../audit/audit.ts';
import type { Found } from '../auth/guessing.ts';
import type { Person, Portal, RequestInfo } from '../context.ts';
import type { Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { RacedError, withRetry } from '../db/with-retry.ts';
import { hashToken } from '../ids.ts';
import { stepUpMilliseconds } from '../policy.ts';
import { endSessions } from './end-sessions.ts';
import type { Caller, SignedIn } from './enter-company.ts';
import { leaveSession } from './leave-session.ts';
import { acceptJoin, findEntrant } from './memberships.ts';
import { profileOf } from './profile.ts';
import { releaseLeasesOfSessions } from './session-leases.ts';
import { issueAccess } from './tokens.ts';

/** A call by somebody signed in. */
export interface PersonCall {
  readonly portal: Portal;
  readonly request: RequestInfo;
  readonly principal: Person;
}

/** The person as the audit writes them down. */
export function actorOf({ identityId, name, email }: Person): AuditActor {
  return { kind: 'person', id: identityId, name, email };
}

const findByRefresh: Statement = {
  name: 'find-session-by-refresh',
  text: `select s.id, s.account_id, i.id as identity_id, i.name, i.email
    from refresh_token t join session s on s.id = t.session_id join identity i on i.id = s.identity_id
    where t.token_hash = $1 and s.device_thumbprint = $2 and s.ended_at is null`,
};

/** Ends the session of a refresh token. An unknown token, another device's and one whose session ended get the same answer. */
export async function signOut(caller: Caller, refreshToken: string): Promise<void> {
  await leaveSession(caller, async (tx) => {
    const [found] = await run<{
      id: string;
      account_id: string;
      identity_id: string;
      name: string;
      email: string;
    }>(tx, findByRefresh, [hashToken(refreshToken), caller.device.thumbprint]);
    if (found === undefined) return undefined;
    const { id, account_id: accountId, identity_id, name, email } = found;
    return { id, accountId, actor: { kind: 'person', id: identity_id, name, email } };
  });
}

const listOpen: Statement = {
  name: 'list-sessions',
  text: `select s.id, s.device_name, s.platform, s.account_id, a.name as account_name,
      extract(epoch from s.created_at) * 1000 as created_at, extract(epoch from s.last_used_at) * 1000 as last_used_at
    from session s join account a on a.id = s.account_id
    where s.identity_id = $1 and s.ended_at is null and s.idle_until > $2 and s.expires_at > $2
    order by s.last_used_at desc, s.id limit 200`,
};

/** The devices on which the person is signed in, over all companies, last used first. */
export async function listSessions({
  portal,
  principal,
}: PersonCall): Promise<z.output<typeof sessionSchema>[]> {
  const found = await run<{
    id: string;
    device_name: string;
    platform: string;
    account_id: string;
    account_name: string;
    created_at: string;
    last_used_at: string;
  }>(portal.database.queries, listOpen, [principal.identityId, new Date(portal.clock.now()).toISOString()]);
  return found.map((row) => ({
    id: row.id,
    deviceName: row.device_name,
    platform: row.platform,
    account: { id: row.account_id, name: row.account_name },
    createdAt: new Date(Number(row.created_at)).toISOString(),
    lastUsedAt: new Date(Number(row.last_used_at)).toISOString(),
    current: row.id === principal.sessionId,
  }));
}

/** Ends one of the person's own sessions. @throws `not-found` for another's, or one that ended */
export async function endSession({ portal, request, principal }: PersonCall, id: string): Promise<void> {
  const { identityId, device } = principal;
  await withRetry(() =>
    portal.database.asService(async (tx) => {
      const now = portal.clock.now();
      const [endedIn] = await endSessions(tx, { sessionId: id, identityId }, 'ended', now);
      if (endedIn === undefined) throw new AldabaError('not-found', 'no such session of this person');
      await audit(tx, {
        // The chain of the company where it was, not of the one where the person is.
        accountId: endedIn,
        at: now,
        action: 'session.ended',
        actor: actorOf(principal),
        subject: { kind: 'session', id },
        address: request.address,
        device: device.thumbprint,
        requestId: request.id,
      });
    }),
  );
}

/** Only into a company that the person may still enter, with the role that was found; the membership's row is locked first, as whoever suspends it does. */
const moveSession: Statement = {
  name: 'move-session',
  text: `with here as (select role_id = $4::uuid as same from membership
      where account_id = $2::uuid and identity_id = $3::uuid and accepted_at is not null and suspended_at is null for share),
    moved as (update session set account_id = $2::uuid where id = $1::uuid and ended_at is null
      and exists (select from here where same) returning id),
    old_access as (delete from access_token where session_id in (select id from moved))
    select (select same from here) as same, exists (select from moved) as moved`,
};

/** Goes on in another company with the same session (C10). Earlier access tokens end: none may act in a company it was not issued for. */
export async function switchAccount(call: PersonCall, accountId: string): Promise<SignedIn> {
  return withRetry(() => call.portal.database.asService((tx) => switchIn(tx, call, accountId)));
}

async function switchIn(
  tx: Tx,
  { portal, request, principal }: PersonCall,
  accountId: string,
): Promise<SignedIn> {
  const { identityId, sessionId, device } = principal;
  const now = portal.clock.now();
  const entrant = await findEntrant(tx, identityId, now);
  const entrance = entrant.entrances.find(({ membership }) => membership.account.id === accountId);
  if (entrance === undefined) throw new AldabaError('not-found', 'not a company of this person');
  if (entrance.joins && !(await acceptJoin(tx, { accountId, identityId }, now)))
    throw new AldabaError('not-found', 'the invitation was taken back meanwhile');
  const [move] = await run<{ same: boolean | null; moved: boolean }>(tx, moveSession, [
    sessionId,
    accountId,
    identityId,
    entrance.roleId,
  ]);
  if (typeof move?.same !== 'boolean')
    throw new AldabaError('not-found', 'not a company of this person any more');
  if (!move.same) throw new RacedError('unavailable', 'the role is another one now', { retryAfter: 1 });
  if (!move.moved) throw new AldabaError('session-ended');
  if (accountId !== principal.accountId) await releaseLeasesOfSessions(tx, [sessionId], now);
  const access = await issueAccess(tx, { id: sessionId, accountId }, now);
  const profile = profileOf(entrant, { ...principal, accountId });
  await audit(tx, {
    accountId,
    at: now,
    action: 'session.entered',
    actor: actorOf(principal),
    subject: { kind: 'session', id: sessionId },
    after: { joined: entrance.joins },
    address: request.address,
    device: device.thumbprint,
    requestId: request.id,
  });
  return { kind: 'signed-in', access, profile };
}

const noteConfirmation: Statement = {
  name: 'note-confirmation',
  text: 'update session set confirmed_at = $2 where id = $1 and ended_at is null returning 1',
};

/** The password again (D3, D10), under the same delay as signing in. @returns until when it counts, ms of UTC */
export async function confirmPassword(
  { portal, request, principal }: PersonCall,
  password: string,
): Promise<number> {
  const who = { email: normalizeEmail(principal.email), network: request.network };
  const check = (found: Found | null) =>
    portal.hasher.verify(password, found?.passwordHash ?? null, request.network);
  return portal.guessing.attempt(who, check, async (right, found, forgiveness) => {
    if (!right || found?.id !== principal.identityId) throw new AldabaError('invalid-credentials');
    return portal.database.asService(async (tx) => {
      const now = portal.clock.now();
      const noted = await run(tx, noteConfirmation, [principal.sessionId, new Date(now).toISOString()]);
      // Another password ends the session, so this one is still the person's.
      if (noted.length === 0) throw new AldabaError('session-ended');
      await forgiveness.in(tx);
      return now + stepUpMilliseconds;
    });
  });
}
