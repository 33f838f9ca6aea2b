import { type ClaimsOf, signDocument } from '../../src/domain/documents/index.ts';
import { createTestTrust, documentCrypto, licenseClaims } from '../support/documents.ts';
import { createLicensingRig, type LicensingRig } from './licensing-rig.ts';

/** Licensing of one device in standalone mode, nobody signed in. */
export interface StandaloneRig extends LicensingRig {
  /** Whose signature licenses carry. */
  trust: Awaited<ReturnType<typeof createTestTrust>>;
  /** A license for this device, signed. */
  license(change?: Partial<ClaimsOf<'license'>>): Promise<string>;
}

export async function createStandaloneRig(): Promise<StandaloneRig> {
  const licensing = await createLicensingRig({ mode: 'standalone', identity: false });
  const trust = await createTestTrust();
  licensing.portal.rootKeys.splice(0, 1, ...trust.rootKeys);
  await licensing.boot();
  const rig: StandaloneRig = Object.assign(licensing, {
    trust,
    async license(change: Partial<ClaimsOf<'license'>> = {}) {
      const { components, salt } = await rig.device.describe();
      return signDocument({
        kind: 'license',
        claims: licenseClaims(rig.device.thumbprint, { components, salt, ...change }),
        signer: rig.trust.signer,
        chain: rig.trust.chain,
        crypto: documentCrypto,
      });
    },
  });
  return rig;
}
