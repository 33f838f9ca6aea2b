import { createHash } from 'node:crypto';

/** JWK thumbprint of an Ed25519 public key (RFC 7638, RFC 8037 A.3). */
export function thumbprint(x: string): string {
  return createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
}
