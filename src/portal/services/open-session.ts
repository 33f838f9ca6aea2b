import type { DeviceDescription } from '../../contract/primitives.ts';
import { type AuditEntry, appendingSteps, entryParameters } from '../audit/audit.ts';
import { type Forgiveness, forgivingSteps } from '../auth/guessing.ts';
import type { Queries, Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { brokenIndex, RacedError } from '../db/with-retry.ts';
import { newId } from '../ids.ts';
import { type Access, idleMilliseconds, newAccess, sessionMilliseconds } from './tokens.ts';

/** The open session of a person on a device. */
export interface SessionBefore {
  readonly id: string;
  readonly accountId: string;
  /** The transaction that wrote its row last. */
  readonly version: string;
}

const findOpen: Statement = {
  name: 'find-open-session',
  text: `select id, account_id, xmin::text as version from session where identity_id = $1 and device_thumbprint = $2 and ended_at is null`,
};

/** What signing in goes on in; `openSession` checks that it is still so. */
export async function findSessionBefore(
  on: Queries | Tx,
  who: { identityId: string; thumbprint: string },
): Promise<SessionBefore | null> {
  const [row] = await run<{ id: string; account_id: string; version: string }>(on, findOpen, [
    who.identityId,
    who.thumbprint,
  ]);
  return row === undefined ? null : { id: row.id, accountId: row.account_id, version: row.version };
}

/**
 * One open session per person and device: signing in again on the same device goes on in it, with new tokens, so that its leases stay
 * and the list of devices shows the device once.
 *
 * Nothing is opened unless the password is still the one that was checked, the membership is active and has the role that was found, and
 * nobody wrote the session since it was found: the statement does not see tokens that were issued while it waited for a row, so as to end
 * them. Whoever issues refresh tokens writes the row of their session.
 *
 * The rows are locked in the order in which whoever takes access away locks them: person, membership, session, the row of the directory
 * (which the membership's trigger would only reach at the end of the statement), the counters. A refresh token that another session has
 * breaks a unique index.
 */
const openingSteps = `person as (select id from identity where id = $2::uuid and password_hash = $16 for share),
    member as (select m.role_id from membership m join person on person.id = m.identity_id
      where m.account_id = $3::uuid and m.accepted_at is not null and m.suspended_at is null for no key update of m),
    opened as (
      insert into session as s (id, identity_id, account_id, device_thumbprint, device_key, device_name, platform, components,
        created_at, last_used_at, idle_until, expires_at, confirmed_at)
      select $1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8::jsonb, $9::timestamptz, $9::timestamptz, $10::timestamptz,
          $11::timestamptz, $12::timestamptz
        from member where role_id = $18::uuid
      on conflict (identity_id, device_thumbprint) where ended_at is null and identity_id is not null do update
        set account_id = excluded.account_id, device_name = excluded.device_name, platform = excluded.platform,
          components = excluded.components, created_at = excluded.created_at, last_used_at = excluded.last_used_at,
          idle_until = excluded.idle_until, expires_at = excluded.expires_at, confirmed_at = excluded.confirmed_at
        where s.xmin::text = $17
      returning s.id),
    old_access as (delete from access_token where session_id in (select id from opened)),
    old_refresh as (delete from refresh_token where session_id in (select id from opened) and token_hash <> $13::bytea),
    access as (insert into access_token (token_hash, session_id, account_id, expires_at)
      select $14::bytea, id, $3::uuid, $15::timestamptz from opened),
    again as (update refresh_token set rotated_at = null, next_hash = null
      where token_hash = $13::bytea and session_id in (select id from opened) returning 1),
    refreshing as (insert into refresh_token (token_hash, session_id, created_at)
      select $13::bytea, id, $9::timestamptz from opened where not exists (select from again)),
    noted as (update membership set last_sign_in_at = $9::timestamptz
      where account_id = $3::uuid and identity_id = $2::uuid and exists (select from opened) returning 1),
    shown as (update directory d set last_sign_in_at = $9::timestamptz from contact c
      where c.account_id = $3::uuid and c.identity_id = $2::uuid and d.account_id = c.account_id and d.contact_id = c.id
        and (select count(*) from noted) > 0 returning 1),
    ${forgivingSteps(19, '(select count(*) from shown) >= 0 and exists (select from opened)')}`;

const outcome = 'select exists (select from member) as entered, exists (select from opened) as opened';

/** In a transaction that has more to do before it writes its entry. */
const open: Statement = { name: 'open-session', text: `with ${openingSteps} ${outcome}` };

/** With its entry it is whole without a transaction around it: of what follows the password's hash nearly all is waiting for the database. */
const openAndWrite: Statement = {
  name: 'open-session-and-write',
  text: `with ${openingSteps},
    ${appendingSteps(21, 'from opened where (select count(*) from forgiven_address) >= 0')}
    ${outcome}`,
};

export interface NewSession {
  identityId: string;
  accountId: string;
  /** The role that the person was found with there. */
  roleId: string;
  device: DeviceDescription;
  thumbprint: string;
  /** SHA-256 of the refresh token that the device chose, hexadecimal. */
  nextTokenHash: string;
  /** When the password was given, ms of UTC. */
  confirmedAt: number;
  /** The hash that it was checked against. */
  passwordHash: string;
  /** As found before. */
  before: SessionBefore | null;
  forgiveness: Forgiveness | null;
}

export interface Opened {
  readonly sessionId: string;
  /** ms of UTC. */
  readonly sessionEndsAt: number;
  readonly access: Access;
}

/**
 * Opens the session of a person on a device, and notes that they signed in.
 *
 * @param on a transaction; or none, and then `entry`, unless the session before is in another company, where its leases have to end
 * @param entry what is written down of it, with the session's id
 * @returns null when the person may not enter any more: the password or the membership changed meanwhile. Nothing was done
 * @throws `RacedError` when the session before or the role is another one now, and as `invalid-input` when another session has that refresh token
 */
export async function openSession(
  on: Queries | Tx,
  session: NewSession,
  now: number,
  entry?: (sessionId: string) => AuditEntry,
): Promise<Opened | null> {
  const instant = (at: number) => new Date(at).toISOString();
  const { device, before } = session;
  const access = newAccess(now);
  const sessionId = before?.id ?? newId(now);
  const sessionEndsAt = now + sessionMilliseconds;
  const [row] = await run<{ entered: boolean; opened: boolean }>(
    on,
    entry === undefined ? open : openAndWrite,
    [
      sessionId,
      session.identityId,
      session.accountId,
      session.thumbprint,
      device.key.x,
      device.name,
      device.platform,
      JSON.stringify(device.components),
      instant(now),
      instant(now + idleMilliseconds),
      instant(sessionEndsAt),
      instant(session.confirmedAt),
      Buffer.from(session.nextTokenHash, 'hex'),
      access.hash,
      access.expiresAt,
      session.passwordHash,
      before?.version ?? null,
      session.roleId,
      ...(session.forgiveness?.keys ?? [null, null]),
      ...(entry === undefined ? [] : entryParameters(entry(sessionId))),
    ],
  ).catch((error: unknown) => {
    const index = brokenIndex(error);
    // It may be that of the same request, sent twice: then the session before has it the next time.
    if (index === 'refresh_token_pkey')
      throw new RacedError('invalid-input', 'the refresh token is taken', { field: 'nextTokenHash' });
    if (index === 'session_pkey') throw raced();
    throw error;
  });
  if (row?.entered !== true) return null;
  if (!row.opened) throw raced();
  return { sessionId, sessionEndsAt, access: access.answer };
}

const raced = () =>
  new RacedError('unavailable', 'the device’s session or the person’s role changed meanwhile', {
    retryAfter: 1,
  });
