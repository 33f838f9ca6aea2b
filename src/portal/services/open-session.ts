import { AldabaError } from '../../contract/errors.ts';
import type { DeviceDescription } from '../../contract/primitives.ts';
import type { Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { newId } from '../ids.ts';
import { releaseLeasesOfSessions } from './session-leases.ts';
import { type Access, idleMilliseconds, newAccess, sessionMilliseconds } from './tokens.ts';

/**
 * One open session per person and device: signing in again on the same device goes on in it, with new tokens, so that its leases stay
 * and the list of devices shows the device once. One statement, because signing in should cost little beside its password hash.
 *
 * Nothing is opened unless the password is still the one that was checked and the membership is active: both may have changed while
 * the hash was computed. The rows are locked in the order in which whoever takes access away locks them: person, membership, session.
 */
const openPersonSession: Statement = {
  name: 'open-person-session',
  text: `with person as (select id from identity where id = $2::uuid and password_hash = $16 for share),
    noted as (update membership m set last_sign_in_at = $9::timestamptz from person
      where m.account_id = $3::uuid and m.identity_id = person.id and m.accepted_at is not null and m.suspended_at is null
      returning 1),
    before as (select s.account_id from session s, noted
      where s.identity_id = $2::uuid and s.device_thumbprint = $4 and s.ended_at is null for update of s),
    opened as (
      insert into session as s (id, identity_id, account_id, device_thumbprint, device_key, device_name, platform, components,
        created_at, last_used_at, idle_until, expires_at, confirmed_at)
      select $1::uuid, $2::uuid, $3::uuid, $4, $5, $6, $7, $8::jsonb, $9::timestamptz, $9::timestamptz, $10::timestamptz,
          $11::timestamptz, $12::timestamptz
        from noted where (select count(*) from before) >= 0
      on conflict (identity_id, device_thumbprint) where ended_at is null and identity_id is not null do update
        set account_id = excluded.account_id, device_name = excluded.device_name, platform = excluded.platform,
          components = excluded.components, created_at = excluded.created_at, last_used_at = excluded.last_used_at,
          idle_until = excluded.idle_until, expires_at = excluded.expires_at, confirmed_at = excluded.confirmed_at
      returning s.id),
    old_access as (delete from access_token where session_id in (select id from opened)),
    old_refresh as (delete from refresh_token where session_id in (select id from opened) and token_hash <> $13::bytea),
    access as (insert into access_token (token_hash, session_id, expires_at) select $14::bytea, id, $15::timestamptz from opened),
    refreshing as (insert into refresh_token as t (token_hash, session_id, created_at)
      select $13::bytea, id, $9::timestamptz from opened
      on conflict (token_hash) do update set rotated_at = null, next_hash = null where t.session_id = excluded.session_id
      returning session_id)
    select (select session_id from refreshing) as session_id, exists (select from noted) as entered,
      (select account_id from before) as account_before`,
};

export interface NewSession {
  identityId: string;
  accountId: string;
  device: DeviceDescription;
  thumbprint: string;
  /** SHA-256 of the refresh token that the device chose, hexadecimal. */
  nextTokenHash: string;
  /** When the password was given, ms of UTC. */
  confirmedAt: number;
  /** The hash that it was checked against. */
  passwordHash: string;
}

/**
 * Opens the session of a person on a device, and notes that they signed in. Leases that the device took in another company end.
 *
 * @returns null when the person may not enter any more: the password or the membership changed meanwhile
 * @throws `invalid-input` when another session has that refresh token
 */
export async function openSession(
  tx: Tx,
  session: NewSession,
  now: number,
): Promise<{ sessionId: string; access: Access } | null> {
  const instant = (at: number) => new Date(at).toISOString();
  const { device } = session;
  const access = newAccess(now);
  const [row] = await run<{ session_id: string | null; entered: boolean; account_before: string | null }>(
    tx,
    openPersonSession,
    [
      newId(now),
      session.identityId,
      session.accountId,
      session.thumbprint,
      device.key.x,
      device.name,
      device.platform,
      JSON.stringify(device.components),
      instant(now),
      instant(now + idleMilliseconds),
      instant(now + sessionMilliseconds),
      instant(session.confirmedAt),
      Buffer.from(session.nextTokenHash, 'hex'),
      access.hash,
      access.expiresAt,
      session.passwordHash,
    ],
  );
  if (row === undefined || !row.entered) return null;
  if (row.session_id === null)
    throw new AldabaError('invalid-input', 'the refresh token is taken', { field: 'nextTokenHash' });
  if (row.account_before !== null && row.account_before !== session.accountId)
    await releaseLeasesOfSessions(tx, [row.session_id], now);
  return { sessionId: row.session_id, access: access.answer };
}
