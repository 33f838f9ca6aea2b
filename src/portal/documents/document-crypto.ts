import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import type { DocumentCrypto } from '../../domain/documents/index.ts';

const keys = new Map<string, KeyObject>();

/** Keys kept imported: those of the certificates, and of the devices whose files came last. */
const rememberedKeys = 256;

function importKey(x: string): KeyObject {
  const known = keys.get(x);
  if (known !== undefined) return known;
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  const oldest = keys.size < rememberedKeys ? undefined : keys.keys().next().value;
  if (oldest !== undefined) keys.delete(oldest);
  keys.set(x, key);
  return key;
}

/** {@link DocumentCrypto} over node:crypto. */
export const documentCrypto: DocumentCrypto = {
  verify(publicKey, data, signature) {
    try {
      return verify(null, data, importKey(publicKey), signature);
    } catch {
      // Not the encoding of a point, or not 32 bytes: a key that nothing was signed with.
      return false;
    }
  },
  sha256: (data) => createHash('sha256').update(data).digest(),
  encodeBase64Url: (data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64url'),
  decodeBase64Url: (text) => Buffer.from(text, 'base64url'),
  encodeUtf8: (text) => Buffer.from(text, 'utf8'),
  decodeUtf8: (data) => Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8'),
};
