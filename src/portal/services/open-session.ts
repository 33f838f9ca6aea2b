import { AldabaError } from '../../contract/errors.ts';
import type { DeviceDescription } from '../../contract/primitives.ts';
import type { Tx } from '../db/database.ts';
import { run, type Statement } from '../db/run.ts';
import { newId } from '../ids.ts';
import { type Access, idleMilliseconds, newAccess, sessionMilliseconds } from './tokens.ts';

/**
 * One open session per person and device: signing in again on the same device goes on in it, with new tokens, so that its leases stay
 * and the list of devices shows the device once. One statement, because signing in should cost little beside its password hash.
 */
const openPersonSession: Statement = {
  name: 'open-person-session',
  text: `with opened as (
      insert into session as s (id, identity_id, account_id, device_thumbprint, device_key, device_name, platform, components,
        created_at, last_used_at, idle_until, expires_at, confirmed_at)
      values ($1, $2::uuid, $3::uuid, $4, $5, $6, $7, $8::jsonb, $9::timestamptz, $9::timestamptz, $10, $11, $12)
      on conflict (identity_id, device_thumbprint) where ended_at is null and identity_id is not null do update
        set account_id = excluded.account_id, device_name = excluded.device_name, platform = excluded.platform,
          components = excluded.components, created_at = excluded.created_at, last_used_at = excluded.last_used_at,
          idle_until = excluded.idle_until, expires_at = excluded.expires_at, confirmed_at = excluded.confirmed_at
      returning s.id),
    old_access as (delete from access_token where session_id in (select id from opened)),
    old_refresh as (delete from refresh_token where session_id in (select id from opened) and token_hash <> $13::bytea),
    access as (insert into access_token (token_hash, session_id, expires_at) select $14::bytea, id, $15::timestamptz from opened),
    noted as (update membership set last_sign_in_at = $9::timestamptz where account_id = $3::uuid and identity_id = $2::uuid)
    insert into refresh_token as t (token_hash, session_id, created_at)
      select $13::bytea, id, $9::timestamptz from opened
      on conflict (token_hash) do update set rotated_at = null, next_hash = null where t.session_id = excluded.session_id
      returning session_id`,
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
}

/**
 * Opens the session of a person on a device, and notes that they signed in.
 *
 * @throws `invalid-input` when another session has that refresh token
 */
export async function openSession(
  tx: Tx,
  session: NewSession,
  now: number,
): Promise<{ sessionId: string; access: Access }> {
  const instant = (at: number) => new Date(at).toISOString();
  const { device } = session;
  const access = newAccess(now);
  const [row] = await run<{ session_id: string }>(tx, openPersonSession, [
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
  ]);
  if (row === undefined)
    throw new AldabaError('invalid-input', 'the refresh token is taken', { field: 'nextTokenHash' });
  return { sessionId: row.session_id, access: access.answer };
}
