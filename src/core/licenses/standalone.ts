import { randomUUID } from 'node:crypto';
import { AldabaError } from '../../contract/errors.ts';
import {
  type DocumentCrypto,
  type DocumentVerifier,
  formatArmor,
  openDocumentFile,
  signDocument,
} from '../../domain/documents/index.ts';
import type { Licenses, Parts } from '../parts.ts';
import { asAldabaError } from '../problem.ts';
import type { DeviceCheck } from './check-device.ts';
import type { ClockGuard } from './clock-guard.ts';
import type { Entries } from './entries.ts';
import type { Entry } from './entry.ts';
import { whatFailed } from './portal-codes.ts';

/** Standalone licenses: files in and out. */
export interface Standalone
  extends Pick<Licenses, 'installLicense' | 'registerAgain' | 'createRequest' | 'giveBack' | 'receipt'> {
  /** Tells the portal of licenses that were deleted here. Never throws. */
  tellReceipts(entry: Entry): Promise<void>;
  /** True while the portal should be told of a license that was deleted here. */
  owesReceipt(entry: Entry): boolean;
}

export function createStandalone(
  needs: Pick<Parts, 'ports' | 'device' | 'gateway'> & {
    entries: Entries;
    deviceCheck: DeviceCheck;
    verifier: DocumentVerifier;
    crypto: DocumentCrypto;
    guard: ClockGuard;
  },
): Standalone {
  const { ports, device, gateway, entries, deviceCheck, verifier, crypto, guard } = needs;
  const { log } = ports;
  /** Receipts that the portal refused in this process. */
  const refused = new Set<string>();
  const seconds = () => Math.floor(entries.now() / 1000);
  const signer = () => ({ publicKey: device.publicKey.x, sign: (data: Uint8Array) => device.sign(data) });

  async function tellReceipt(receipt: string): Promise<boolean> {
    try {
      await gateway.portal.licenses.deactivate({ receipt });
      return true;
    } catch (error) {
      const { code, message, data } = asAldabaError(error);
      if (whatFailed(code) === 'refused') {
        // The same receipt would be refused again; a later start may meet the portal that knows it.
        refused.add(receipt);
        log.warn({ code, detail: data?.detail, error: message }, 'the portal refused a return receipt');
      }
      return false;
    }
  }

  /** The headers are for people; after a restart the names are not known any more. */
  function receiptFile({ product, names }: Entry, jws: string): { fileName: string; content: string } {
    const headers = [['Product', names.product] as const, ['Account', names.account] as const];
    return {
      fileName: `${safeName(product)}.aldaba-receipt`,
      content: formatArmor({
        kind: 'return-receipt',
        jws,
        headers: headers.filter(([, value]) => value !== ''),
      }),
    };
  }

  async function tellReceipts(entry: Entry): Promise<void> {
    for (const receipt of entry.record.receipts) {
      if (refused.has(receipt) || !(await tellReceipt(receipt))) continue;
      await entries
        .update(entry, (record) => ({
          ...record,
          receipts: record.receipts.filter((one) => one !== receipt),
        }))
        .catch((error: unknown) => log.warn({ error: String(error) }, 'a receipt could not be taken off'));
      entries.publish(entry);
    }
  }

  async function installLicense(text: string): ReturnType<Licenses['installLicense']> {
    await device.load();
    const opened = openDocumentFile(text, verifier, {
      kinds: ['license'],
      now: entries.now(),
      deviceThumbprint: device.thumbprint,
    });
    if (!opened.ok) {
      const claims = opened.document?.claims;
      const product = claims !== undefined && 'productName' in claims ? { product: claims.productName } : {};
      const until =
        claims !== undefined && 'exp' in claims && claims.exp !== undefined
          ? { until: new Date(claims.exp * 1000).toISOString() }
          : {};
      throw new AldabaError(opened.code, opened.detail, { ...product, ...until, detail: opened.detail });
    }
    const { claims } = opened;
    const entry = entries.get(claims.aud);
    const held = entry.license;
    const product = { product: claims.productName };
    if (
      held?.kind === 'license' &&
      held.claims.activation === claims.activation &&
      claims.seq < held.claims.seq
    ) {
      throw new AldabaError('file-superseded', `${claims.seq} after ${held.claims.seq}`, product);
    }
    if (entry.record.returned.includes(claims.activation))
      throw new AldabaError('file-returned', `activation ${claims.activation}`, product);
    guard.brought(claims.iat * 1000);
    await entries.update(entry, (record) => ({
      ...record,
      license: { document: opened.jws, driftSince: null },
    }));
    entries.publish(entry);
    await deviceCheck.check(entry);
    return {
      product: claims.aud,
      productName: claims.productName,
      expiresAt: claims.exp === undefined ? null : new Date(claims.exp * 1000).toISOString(),
    };
  }

  return {
    tellReceipts,
    owesReceipt: ({ record }) => record.receipts.some((receipt) => !refused.has(receipt)),
    installLicense,
    async registerAgain(key) {
      const { device: description, salt } = await device.describe();
      const { document } = await gateway.portal.licenses.activate({
        key: key.trim(),
        device: description,
        salt,
      });
      await installLicense(document);
    },
    async createRequest(key) {
      const { device: description, components, salt } = await device.describe();
      const { name, platform } = description;
      const jws = await signDocument({
        kind: 'activation-request',
        claims: { jti: randomUUID(), iat: seconds(), key, device: { name, platform, components, salt } },
        signer: signer(),
        crypto,
      });
      return {
        fileName: `${safeName(name)}.aldaba-request`,
        content: formatArmor({ kind: 'activation-request', jws, headers: [['Device', name]] }),
      };
    },
    async giveBack(product) {
      const entry = entries.get(product);
      const { license } = entry;
      if (license?.kind !== 'license')
        throw new AldabaError('not-licensed', `no license of ${product} is installed`, { product });
      await device.load();
      const receipt = await signDocument({
        kind: 'return-receipt',
        claims: { jti: randomUUID(), iat: seconds(), right: license.claims.activation, kind: 'license' },
        signer: signer(),
        crypto,
      });
      // One write: the right is gone and the receipt is kept, so that no death in between leaves both or neither.
      await entries.update(entry, (record) => ({
        ...record,
        license: null,
        returned: [...record.returned, license.claims.activation],
        receipts: [...record.receipts, receipt],
      }));
      entries.publish(entry);
      await tellReceipts(entry);
      if (!entry.record.receipts.includes(receipt)) return { told: true, fileName: null, content: null };
      return { told: false, ...receiptFile(entry, receipt) };
    },
    receipt(product) {
      const entry = entries.get(product);
      const receipt = entry.record.receipts.at(-1);
      if (receipt === undefined)
        throw new AldabaError('not-found', `no receipt of ${product} is left`, { product });
      return receiptFile(entry, receipt);
    },
  };
}

/** A name that every file system takes. */
function safeName(name: string): string {
  return (
    name
      .normalize('NFKD')
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[.-]+|[.-]+$/g, '')
      .slice(0, 60) || 'device'
  );
}
