import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { CertificateClaims } from '../../contract/documents.ts';
import { signDocument, thumbprint } from '../../domain/documents/index.ts';
import { documentCrypto } from '../documents/document-crypto.ts';
import type { SigningKey } from './signing-keys.ts';

/** A year in which the key signs, and 35 days in which what it signed last (a pass of 30 days) still runs. */
export const certificateDays = 400;

/** What a portal signs. Not `certificate`: it makes no keys for others. */
const portalUse: CertificateClaims['use'] = ['lease', 'offline-pass', 'license', 'borrow', 'release'];

export function newPrivateKey(): KeyObject {
  return generateKeyPairSync('ed25519').privateKey;
}

/** JWK `x` of a private or public Ed25519 key. */
export function publicPart(key: KeyObject): string {
  const { x } = (key.type === 'private' ? createPublicKey(key) : key).export({ format: 'jwk' });
  if (key.asymmetricKeyType !== 'ed25519' || x === undefined) throw new Error('not an Ed25519 key');
  return x;
}

/**
 * What is done beside the root key, offline in production: a new signing key and its certificate.
 *
 * @param now milliseconds of UTC; the certificate begins then
 */
export async function createSigningKey(root: KeyObject, now: number): Promise<SigningKey> {
  const privateKey = newPrivateKey();
  const key = publicPart(privateKey);
  const rootKey = publicPart(root);
  const begin = Math.floor(now / 1000);
  const certificate = await signDocument({
    kind: 'certificate',
    signer: { publicKey: rootKey, sign: (data) => sign(null, data, root) },
    crypto: documentCrypto,
    claims: {
      iss: thumbprint(rootKey, documentCrypto),
      sub: thumbprint(key, documentCrypto),
      key: { kty: 'OKP', crv: 'Ed25519', x: key },
      iat: begin,
      nbf: begin,
      exp: begin + certificateDays * 86_400,
      use: portalUse,
    },
  });
  return { privateKey, chain: [certificate] };
}
