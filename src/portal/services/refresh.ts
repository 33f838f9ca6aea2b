import { AldabaError, type SessionEndReason } from '../../contract/errors.ts';
import { audit } from '../audit/audit.ts';
import type { Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import type { EndReason } from '../db/schema.ts';
import { withRetry } from '../db/with-retry.ts';
import { hashToken } from '../ids.ts';
import { endSessions } from './end-sessions.ts';
import type { Caller, SignedIn } from './enter-company.ts';
import { readProfile } from './profile.ts';
import { type Access, idleMilliseconds, issueAccess, newAccess } from './tokens.ts';

/** Milliseconds after a rotation in which another successor is taken for a second process of the device, not for theft. */
const raceMilliseconds = 20_000;

/**
 * Locks session and token, so that two refreshes with it are decided one after the other, and the company stays the one that is read.
 * The session first, as whoever ends it or opens it anew does.
 */
const findRefresh: Statement = {
  name: 'find-refresh',
  text: `select s.id as session_id, s.identity_id, s.account_id, s.device_thumbprint, s.ended_at is not null as ended, s.end_reason,
      extract(epoch from s.idle_until) * 1000 as idle_until, extract(epoch from s.expires_at) * 1000 as expires_at,
      extract(epoch from t.rotated_at) * 1000 as rotated_at, t.next_hash, i.email, i.name
    from refresh_token t join session s on s.id = t.session_id join identity i on i.id = s.identity_id
    where t.token_hash = $1 for update of s, t`,
};

interface RefreshRow {
  session_id: string;
  identity_id: string;
  account_id: string;
  device_thumbprint: string;
  ended: boolean;
  end_reason: EndReason | null;
  idle_until: string;
  expires_at: string;
  rotated_at: string | null;
  next_hash: Uint8Array | null;
  email: string;
  name: string;
}

/** Old hashes are dropped after a week, unless one leads straight to the current token: a device may repeat that one at any time. */
const rotate: Statement = {
  name: 'rotate-refresh',
  text: `with spent as (update refresh_token set rotated_at = $3::timestamptz, next_hash = $2::bytea where token_hash = $1),
    access as (insert into access_token (token_hash, session_id, account_id, expires_at)
      values ($6::bytea, $5::uuid, $8::uuid, $7::timestamptz)),
    used as (update session set last_used_at = $3::timestamptz, idle_until = $4::timestamptz where id = $5::uuid)
    insert into refresh_token (token_hash, session_id, created_at) values ($2::bytea, $5::uuid, $3::timestamptz) on conflict do nothing returning 1`,
};

/**
 * Rotation of a refresh token, see the contract and ADR 0002.
 *
 * @throws `session-raced`, `session-ended` (unknown, ended, idle for 90 d, older than 365 d, or replayed, which ends it), `proof-invalid`
 */
export async function refresh(
  caller: Caller,
  input: { refreshToken: string; nextTokenHash: string },
): Promise<SignedIn> {
  const { portal, request, device } = caller;
  const hash = hashToken(input.refreshToken);
  const next = Buffer.from(input.nextTokenHash, 'hex');
  const answer = await withRetry(() =>
    portal.database.asService(async (tx) => {
      const now = portal.clock.now();
      const [row] = await run<RefreshRow>(tx, findRefresh, [hash]);
      if (row === undefined) throw new AldabaError('session-ended', 'unknown refresh token');
      if (row.device_thumbprint !== device.thumbprint)
        throw new AldabaError('proof-invalid', 'the session belongs to another device key');
      const over = whyOver(row, now);
      if (over !== null) throw new AldabaError('session-ended', over ?? 'ended', { reason: over });
      const where = { identityId: row.identity_id, sessionId: row.session_id, accountId: row.account_id };
      const profile = await readProfile(tx, { ...where, sessionEndsAt: Number(row.expires_at) }, now);
      if (row.rotated_at === null)
        return {
          kind: 'signed-in' as const,
          access: await rotateTo(tx, { ...where, hash, next, now }),
          profile,
        };
      if (!next.equals(row.next_hash ?? Buffer.alloc(0))) {
        if (now - Number(row.rotated_at) <= raceMilliseconds) throw new AldabaError('session-raced');
        await endReplayed(tx, row, caller, now);
        // Not thrown, so that the end of the session is committed.
        return null;
      }
      return {
        kind: 'signed-in' as const,
        access: await issueAccess(tx, { id: row.session_id, accountId: row.account_id }, now),
        profile,
      };
    }),
  );
  if (answer === null) {
    request.log.warn({ device: device.thumbprint }, 'a spent refresh token was replayed: session ended');
    throw new AldabaError('session-ended', 'refresh token replayed', { reason: 'replay' });
  }
  return answer;
}

/** @returns null while the session is open; undefined when it is over and nothing says why */
function whyOver(row: RefreshRow, now: number): SessionEndReason | undefined | null {
  if (row.ended) return row.end_reason ?? undefined;
  if (Number(row.expires_at) <= now) return 'expired';
  return Number(row.idle_until) <= now ? 'idle' : null;
}

async function rotateTo(
  tx: Tx,
  {
    hash,
    next,
    sessionId,
    accountId,
    now,
  }: { hash: Buffer; next: Buffer; sessionId: string; accountId: string; now: number },
): Promise<Access> {
  const at = new Date(now).toISOString();
  const idleUntil = new Date(now + idleMilliseconds).toISOString();
  const access = newAccess(now);
  const inserted = await run(tx, rotate, [
    hash,
    next,
    at,
    idleUntil,
    sessionId,
    access.hash,
    access.expiresAt,
    accountId,
  ]);
  if (inserted.length === 0)
    throw new AldabaError('invalid-input', 'the refresh token is taken', { field: 'nextTokenHash' });
  return access.answer;
}

async function endReplayed(tx: Tx, row: RefreshRow, { request, device }: Caller, now: number): Promise<void> {
  await endSessions(tx, { sessionId: row.session_id }, 'replay', now);
  await audit(tx, {
    accountId: row.account_id,
    at: now,
    action: 'session.replayed',
    actor: { kind: 'portal' },
    subject: {
      kind: 'session',
      id: row.session_id,
      person: row.identity_id,
      name: row.name,
      email: row.email,
    },
    address: request.address,
    device: device.thumbprint,
    requestId: request.id,
  });
}
