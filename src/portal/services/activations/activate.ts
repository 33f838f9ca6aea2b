import { sql } from 'drizzle-orm';
import type { z } from 'zod';
import { AldabaError } from '../../../contract/errors.ts';
import type { activationSchema } from '../../../contract/portal/licenses.ts';
import type { platforms } from '../../../contract/primitives.ts';
import { parseLicenseKey } from '../../../domain/license-key.ts';
import { audit } from '../../audit/audit.ts';
import type { Portal, RequestInfo } from '../../context.ts';
import type { Tx } from '../../db/database.ts';
import { rows } from '../../db/run.ts';
import { newId } from '../../ids.ts';
import { hashKey } from '../keys.ts';
import { versionRange } from '../leases/grant.ts';
import { findPlace, type PlacesOfKey } from './place.ts';
import { checkRebind, type Shown } from './rebind.ts';

export type Activation = z.output<typeof activationSchema>;

/** A device that asks for a standalone license; it has proven its key. */
export interface ActivatingDevice extends Shown {
  readonly thumbprint: string;
  readonly name: string;
  readonly platform: (typeof platforms)[number];
}

export interface Activated {
  readonly activation: Activation;
  /** The signed license. */
  readonly document: string;
  readonly productName: string;
  readonly accountName: string;
}

/**
 * Puts a license on a device, by key. The key's row stays locked while its places are counted. A device that has one gets the same
 * activation again, with a license signed anew: whoever lost the answer or the file repeats the request, and whoever changed parts
 * registers them, a few times a year.
 *
 * Wrong keys are not counted: 110 random bits are not found by trying, and a company's computers may share one network address.
 *
 * @throws `key-invalid` (unknown, ended, revoked, a cloud key), `key-exhausted`, `rebind-limit`
 */
export async function activateDevice(
  portal: Portal,
  keyText: string,
  device: ActivatingDevice,
  request: RequestInfo,
): Promise<Activated> {
  const key = parseLicenseKey(keyText);
  if (key === undefined) throw new AldabaError('key-invalid', 'not a key');
  const now = portal.clock.now();
  // The key is what says which account this is about.
  return portal.database.asService(async (tx) => {
    const found = await lockKey(tx, key, now);
    const earlier = await findEarlier(tx, found, device);
    const rebind = earlier === undefined ? null : checkRebind(earlier, device, now);
    const reboundAt = rebind?.reboundAt ?? earlier?.reboundAt ?? [];
    const activation = earlier?.running
      ? await repeatActivation(tx, found, earlier.id, device, reboundAt)
      : await insertActivation(tx, found, device, reboundAt, now);
    const written = {
      accountId: found.accountId,
      at: now,
      actor: { kind: 'key', id: found.keyId },
      subject: { kind: 'activation', id: activation.id, product: found.product },
      address: request.address,
      device: device.thumbprint,
      requestId: request.id,
    } as const;
    const after = { device: device.name, platform: device.platform };
    if (!earlier?.running) await audit(tx, { ...written, action: 'license.activated', after });
    if (rebind !== null)
      await audit(tx, {
        ...written,
        action: 'license.rebound',
        after: { ...after, changed: [...rebind.changed], times: rebind.reboundAt.length },
      });
    return {
      activation: {
        id: activation.id,
        product: found.product,
        deviceName: activation.deviceName,
        activatedAt: new Date(activation.activatedAt).toISOString(),
        expiresAt: activation.expiresAt === null ? null : new Date(activation.expiresAt).toISOString(),
      },
      document: signLicense(portal, found, activation, device, now),
      productName: found.productName,
      accountName: found.accountName,
    };
  });
}

interface Key extends Record<string, unknown>, PlacesOfKey {
  accountName: string;
  product: string;
  graceDays: number;
  features: string[];
  versionFrom: string | null;
  versionTo: string | null;
}

/** Instants in milliseconds of UTC. */
interface StoredActivation extends Record<string, unknown> {
  id: string;
  deviceName: string;
  activatedAt: number;
  expiresAt: number | null;
  seq: number;
}

async function lockKey(tx: Tx, key: string, now: number): Promise<Key> {
  const [found] = await rows<Key>(
    tx,
    sql`select k.id as "keyId", k.account_id as "accountId", a.name as "accountName", p.code as product, p.name as "productName",
        k.device_limit as "deviceLimit", (extract(epoch from k.ends_at) * 1000)::float8 as "endsAt", k.term_days as "termDays",
        k.grace_days as "graceDays", k.features, k.version_from as "versionFrom", k.version_to as "versionTo"
      from license_key k join account a on a.id = k.account_id join product p on p.code = k.product_code
      where k.key_hash = ${hashKey(key)} and k.kind = 'standalone' and k.revoked_at is null
        and (k.ends_at is null or k.ends_at > ${iso(now)}::timestamptz)
      for no key update of k`,
  );
  if (found === undefined) throw new AldabaError('key-invalid', 'no such standalone key');
  return found;
}

const columns =
  sql.raw(`id, device_name as "deviceName", seq, (extract(epoch from activated_at) * 1000)::float8 as "activatedAt",
  (extract(epoch from expires_at) * 1000)::float8 as "expiresAt"`);

/** What this device key was given last under the key, returned or not. */
interface Earlier extends Record<string, unknown>, Shown {
  id: string;
  running: boolean;
  reboundAt: number[];
}

async function findEarlier(tx: Tx, key: Key, device: ActivatingDevice): Promise<Earlier | undefined> {
  const [earlier] = await rows<Earlier>(
    tx,
    sql`select id, components, salt, ended_at is null as running,
        array(select (extract(epoch from at) * 1000)::float8 from unnest(rebound_at) at) as "reboundAt"
      from activation
      where account_id = ${key.accountId} and key_id = ${key.keyId} and device_thumbprint = ${device.thumbprint}
      order by ended_at desc nulls first, id desc limit 1`,
  );
  return earlier;
}

async function repeatActivation(
  tx: Tx,
  key: Key,
  id: string,
  device: ActivatingDevice,
  reboundAt: readonly number[],
): Promise<StoredActivation> {
  const [activation] = await rows<StoredActivation>(
    tx,
    sql`update activation set seq = seq + 1, device_name = ${device.name}, components = ${JSON.stringify(device.components)}::jsonb,
        salt = ${device.salt}, rebound_at = ${instants(reboundAt)}
      where account_id = ${key.accountId} and id = ${id} and ended_at is null returning ${columns}`,
  );
  if (activation === undefined) throw new Error('the activation went away under the lock of its key');
  return activation;
}

async function insertActivation(
  tx: Tx,
  key: Key,
  device: ActivatingDevice,
  reboundAt: readonly number[],
  now: number,
): Promise<StoredActivation> {
  const { expiresAt, predecessorId } = await findPlace(tx, key, device.thumbprint, now);
  const id = newId(now);
  if (predecessorId !== null)
    await tx.execute(
      sql`update activation set successor_id = ${id} where account_id = ${key.accountId} and id = ${predecessorId}`,
    );
  const [activation] = await rows<StoredActivation>(
    tx,
    sql`insert into activation (account_id, id, key_id, product_code, device_thumbprint, device_name, platform, components, salt,
        activated_at, expires_at, rebound_at)
      values (${key.accountId}, ${id}, ${key.keyId}, ${key.product}, ${device.thumbprint}, ${device.name}, ${device.platform},
        ${JSON.stringify(device.components)}::jsonb, ${device.salt}, ${iso(now)}::timestamptz,
        ${expiresAt === null ? null : iso(expiresAt)}::timestamptz, ${instants(reboundAt)})
      returning ${columns}`,
  );
  if (activation === undefined) throw new Error('the activation was not written');
  return activation;
}

function instants(milliseconds: readonly number[]) {
  return sql`${sql.param(milliseconds.map(iso))}::timestamptz[]`;
}

function signLicense(
  portal: Portal,
  key: Key,
  activation: StoredActivation,
  device: ActivatingDevice,
  now: number,
): string {
  const issued = Math.floor(now / 1000);
  const claims = {
    jti: newId(now),
    account: key.accountId,
    accountName: key.accountName,
    aud: key.product,
    productName: key.productName,
    versions: versionRange(key),
    features: key.features,
    cnf: { jkt: device.thumbprint },
    iat: issued,
    nbf: issued,
    ...(activation.expiresAt === null ? {} : { exp: Math.floor(activation.expiresAt / 1000) }),
    seq: activation.seq,
    activation: activation.id,
    components: device.components,
    salt: device.salt,
    graceDays: key.graceDays,
  };
  return portal.keys.signing.sign('license', claims, now);
}

function iso(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
