import { randomUUID } from 'node:crypto';
import { AldabaError } from '../../contract/errors.ts';
import {
  type DocumentCrypto,
  type DocumentVerifier,
  formatArmor,
  openDocumentFile,
  signDocument,
} from '../../domain/documents/index.ts';
import type { Right } from '../../domain/license-facts.ts';
import type { Licenses, Parts } from '../parts.ts';
import type { DeviceCheck } from './check-device.ts';
import type { ClockGuard } from './clock-guard.ts';
import type { Entries } from './entries.ts';
import { type Receipts, withReceipt } from './receipts.ts';
import { safeName } from './safe-name.ts';

export function storedView({ claims }: Right): ReturnType<Licenses['stored']>[number] {
  const { productName, exp } = claims;
  return { productName, expiresAt: exp === undefined ? null : new Date(exp * 1000).toISOString() };
}

/** Standalone licenses: files in and out. */
export type Standalone = Pick<Licenses, 'installLicense' | 'registerAgain' | 'createRequest' | 'giveBack'>;

export function createStandalone(
  needs: Pick<Parts, 'ports' | 'device' | 'gateway'> & {
    entries: Entries;
    receipts: Receipts;
    deviceCheck: DeviceCheck;
    verifier: DocumentVerifier;
    crypto: DocumentCrypto;
    guard: ClockGuard;
  },
): Standalone {
  const { ports, device, gateway, entries, receipts, deviceCheck, verifier, crypto, guard } = needs;
  const seconds = () => Math.floor(entries.now() / 1000);
  const signer = () => ({ publicKey: device.publicKey.x, sign: (data: Uint8Array) => device.sign(data) });

  /** A license is bound to the key of this device: with one that memory forgets, its place would be lost at the end of this process. */
  const keyLasts = () => ports.secrets.backend !== 'memory';
  const expectLastingKey = () => {
    if (!keyLasts())
      throw new AldabaError('keychain-unavailable', 'the device key would not outlive this process');
  };

  async function installLicense(text: string): ReturnType<Licenses['installLicense']> {
    await device.load();
    const opened = openDocumentFile(text, verifier, {
      kinds: ['license'],
      now: entries.now(),
      ...(keyLasts() && { deviceThumbprint: device.thumbprint }),
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
    // A keychain helps nobody whose file is wrong.
    expectLastingKey();
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
    installLicense,
    async registerAgain(key) {
      expectLastingKey();
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
      const receipt = await receipts.sign(license.claims.activation, 'license');
      // One write: the right is gone and the receipt is kept, so that no death in between leaves both or neither.
      await entries.update(entry, (record) =>
        withReceipt({ ...record, license: null }, license.claims.activation, receipt),
      );
      entries.publish(entry);
      return receipts.handOver(entry, receipt);
    },
  };
}
