import type { DocumentCrypto } from './document-crypto.ts';

/**
 * Name of an Ed25519 key: SHA-256 over the required members of its JWK in lexicographic order, base64url (RFC 7638, 3; RFC 8037, 2).
 * @param x `x` of the public JWK
 */
export function thumbprint(
  x: string,
  crypto: Pick<DocumentCrypto, 'sha256' | 'encodeBase64Url' | 'encodeUtf8'>,
): string {
  return crypto.encodeBase64Url(crypto.sha256(crypto.encodeUtf8(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`)));
}
