import { formatArmor, signDocument } from '../../src/domain/documents/index.ts';
import { certify, createSigner, documentCrypto, licenseClaims } from '../support/documents.ts';

/** A license file, well made and of today, of somebody who is not the vendor, and for another device. */
export async function makeForeignLicense(): Promise<{ license: string; root: string }> {
  const [root, signer, device] = [createSigner(), createSigner(), createSigner()];
  const now = Math.floor(Date.now() / 1000);
  const times = { iat: now - 3600, nbf: now - 3600, exp: now + 30 * 86_400 };
  const jws = await signDocument({
    kind: 'license',
    signer,
    crypto: documentCrypto,
    chain: [await certify(root, signer, times)],
    claims: licenseClaims(device.thumbprint, times),
  });
  return { license: formatArmor({ kind: 'license', jws }), root: root.publicKey };
}
