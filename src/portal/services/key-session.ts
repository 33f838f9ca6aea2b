import type { z } from 'zod';
import { AldabaError } from '../../contract/errors.ts';
import type { accountSchema } from '../../contract/portal/profile.ts';
import type { accessSchema } from '../../contract/portal/sessions.ts';
import type { DeviceDescription } from '../../contract/primitives.ts';
import { parseLicenseKey } from '../../domain/license-key.ts';
import { audit } from '../audit/audit.ts';
import { run, type Statement } from '../db/run.ts';
import { newId } from '../ids.ts';
import type { Caller } from './enter-company.ts';
import { findKey, hashKey } from './keys.ts';
import { leaveSession } from './leave-session.ts';
import { idleMilliseconds, issueAccess, sessionMilliseconds } from './tokens.ts';

const openKeySession: Statement = {
  name: 'open-key-session',
  text: `insert into session as s (id, key_id, account_id, device_thumbprint, device_key, device_name, platform, components,
      created_at, last_used_at, idle_until, expires_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, $9::timestamptz, $9::timestamptz, $10, $11)
    on conflict (key_id, device_thumbprint) where ended_at is null and key_id is not null do update
      set device_name = excluded.device_name, platform = excluded.platform, components = excluded.components,
        last_used_at = excluded.last_used_at, idle_until = excluded.idle_until, expires_at = excluded.expires_at
    returning s.id, s.created_at = s.last_used_at as new`,
};

export interface KeyEntered {
  access: z.output<typeof accessSchema>;
  account: z.output<typeof accountSchema>;
  products: string[];
}

/**
 * A cloud key as its own credential: the device gets an access token for license procedures alone, and comes back with the key for the next.
 *
 * Wrong keys are not counted: 110 random bits are not found by trying.
 *
 * @throws `key-invalid`, `device-limit`, `proof-invalid`
 */
export async function enterWithKey(
  { portal, request, device }: Caller,
  input: { key: string; device: DeviceDescription },
): Promise<KeyEntered> {
  if (input.device.key.x !== device.key)
    throw new AldabaError('proof-invalid', 'the proof is of another device key');
  const entered = await openWithKey({ portal, request, device }, input);
  if (entered === null) throw new AldabaError('key-invalid');
  return entered;
}

/** @returns null when there is no such key */
function openWithKey(
  { portal, request, device }: Caller,
  input: { key: string; device: DeviceDescription },
): Promise<KeyEntered | null> {
  return portal.database.asService(async (tx) => {
    const now = portal.clock.now();
    const key = await findKey(tx, input.key, device, now);
    if (key === null) return null;
    const [session] = await run<{ id: string; new: boolean }>(tx, openKeySession, [
      newId(now),
      key.keyId,
      key.accountId,
      device.thumbprint,
      device.key,
      input.device.name,
      input.device.platform,
      JSON.stringify(input.device.components),
      new Date(now).toISOString(),
      new Date(now + idleMilliseconds).toISOString(),
      new Date(now + sessionMilliseconds).toISOString(),
    ]);
    if (session === undefined) throw new Error('a key session was not opened');
    const access = await issueAccess(tx, { id: session.id, accountId: key.accountId }, now);
    if (session.new)
      await audit(tx, {
        accountId: key.accountId,
        at: now,
        action: 'session.started',
        actor: { kind: 'key', id: key.keyId },
        subject: { kind: 'session', id: session.id },
        after: { device: input.device.name, platform: input.device.platform },
        address: request.address,
        device: device.thumbprint,
        requestId: request.id,
      });
    return { access, account: { id: key.accountId, name: key.accountName }, products: key.products };
  });
}

const findKeySession: Statement = {
  name: 'find-key-session',
  text: `select s.id, s.account_id, s.key_id from license_key k join session s on s.key_id = k.id
    where k.key_hash = $1 and s.device_thumbprint = $2 and s.ended_at is null`,
};

/** Ends the session that this device has with the key: its place is free, and so are the seats that it held. */
export async function leaveKey(caller: Caller, key: string): Promise<void> {
  const text = parseLicenseKey(key);
  if (text === undefined) return;
  await leaveSession(caller, async (tx) => {
    const [found] = await run<{ id: string; account_id: string; key_id: string }>(tx, findKeySession, [
      hashKey(text),
      caller.device.thumbprint,
    ]);
    return found && { id: found.id, accountId: found.account_id, actor: { kind: 'key', id: found.key_id } };
  });
}
