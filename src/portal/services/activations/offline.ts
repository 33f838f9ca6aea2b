import { sql } from 'drizzle-orm';
import { AldabaError } from '../../../contract/errors.ts';
import { createDocumentVerifier, formatArmor } from '../../../domain/documents/index.ts';
import { audit } from '../../audit/audit.ts';
import type { RequestContext } from '../../context.ts';
import { rows } from '../../db/run.ts';
import { documentCrypto } from '../../documents/document-crypto.ts';
import { type Activated, activateDevice } from './activate.ts';

/** Devices sign with their own keys: no root is asked, and no time, because a machine without network may have a wrong clock. */
const deviceDocuments = createDocumentVerifier({ crypto: documentCrypto, rootKeys: [] });

/**
 * Answers a request file that was carried here from a machine without network, with a license file to be carried back.
 *
 * @throws `request-file-invalid` with the reason's code in `detail`, `key-invalid`, `key-exhausted`, `rebind-limit`
 */
export async function activateOffline(
  { portal, request }: RequestContext,
  requestFile: string,
): Promise<Omit<Activated, 'accountName'> & { fileName: string; file: string }> {
  const result = deviceDocuments.verify(requestFile, {
    kinds: ['activation-request'],
    now: portal.clock.now(),
  });
  if (!result.ok) throw refuse(result.code, result.detail);
  const { key, device } = result.claims;
  const activated = await activateDevice(portal, key, { ...device, thumbprint: result.signedBy }, request);
  const { activation, accountName, productName, document } = activated;
  const file = formatArmor({
    kind: 'license',
    jws: document,
    headers: [
      ['Company', accountName],
      ['Product', productName],
      ['Device', activation.deviceName],
      ['Expires', activation.expiresAt?.slice(0, 10) ?? 'never'],
    ],
  });
  const fileName = fileNameOf(activation.product, activation.deviceName);
  return { activation, productName, document, fileName, file };
}

/**
 * Gives a standalone license back by a receipt that the device signed after it deleted the license. The place is free once, however often
 * the receipt comes; the device may be activated again, as a new activation.
 *
 * @throws `request-file-invalid`, `not-found` (no such activation of this device)
 */
export async function deactivate({ portal, request }: RequestContext, receipt: string): Promise<void> {
  const now = portal.clock.now();
  const result = deviceDocuments.verify(receipt, { kinds: ['return-receipt'], now });
  if (!result.ok) throw refuse(result.code, result.detail);
  const { right, kind } = result.claims;
  if (kind !== 'license') throw refuse('file-wrong-kind', `a receipt of ${kind}`);
  await portal.database.asService(async (tx) => {
    // The key's lock comes first, as in activateDevice: what it finds under it is not returned before it is through.
    const [found] = await rows<{ accountId: string; keyId: string; product: string }>(
      tx,
      sql`select a.account_id as "accountId", a.key_id as "keyId", a.product_code as product
        from activation a join license_key k on k.account_id = a.account_id and k.id = a.key_id
        where a.id = ${right} and a.device_thumbprint = ${result.signedBy} for no key update of k`,
    );
    if (found === undefined) throw new AldabaError('not-found', 'no such activation of this device');
    const { accountId, keyId, product } = found;
    const [returned] = await rows<{ device: string }>(
      tx,
      sql`update activation set ended_at = ${new Date(now).toISOString()}::timestamptz
        where account_id = ${accountId} and id = ${right} and ended_at is null returning device_name as device`,
    );
    if (returned === undefined) return;
    await audit(tx, {
      accountId,
      at: now,
      action: 'license.returned',
      actor: { kind: 'key', id: keyId },
      subject: { kind: 'activation', id: right, product },
      before: { device: returned.device },
      address: request.address,
      device: result.signedBy,
      requestId: request.id,
    });
  });
}

function refuse(code: string, reason: string): AldabaError {
  return new AldabaError('request-file-invalid', `${code}: ${reason}`, { detail: code });
}

/** `viga-PC-12.aldaba-license`. Letters, digits and dashes: fit for every file system. */
function fileNameOf(product: string, deviceName: string): string {
  const device = deviceName
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `${[product, device].filter((part) => part !== '').join('-')}.aldaba-license`;
}
