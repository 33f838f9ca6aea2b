import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import { AldabaError } from '../../src/contract/errors.ts';
import { publicKeySchema } from '../../src/contract/primitives.ts';

/** Checks DPoP proofs with another library than the client makes them with (RFC 9449, 4.3). */
export function createProofCheck(now: () => number) {
  const seen = new Set<string>();
  const refuse = (why: string): never => {
    throw new AldabaError('proof-invalid', why);
  };
  /** @returns thumbprint of the key that made the proof */
  return async function check(request: Request, accessToken: string | null): Promise<string> {
    const proof = request.headers.get('dpop') ?? refuse('none');
    const header = decodeProtectedHeader(proof);
    const jwk = publicKeySchema.parse(header.jwk);
    const { payload } = await jwtVerify(proof, await importJWK(jwk, 'EdDSA'), {
      typ: 'dpop+jwt',
      algorithms: ['EdDSA'],
      currentDate: new Date(now()),
    }).catch((error: Error) => refuse(error.message));
    const url = new URL(request.url);
    if (payload.htm !== request.method) refuse('htm');
    if (payload.htu !== `${url.origin}${url.pathname}`) refuse('htu');
    if (Math.abs((payload.iat ?? 0) * 1000 - now()) > 60_000) refuse('iat');
    if (payload.jti === undefined || seen.has(payload.jti)) refuse('jti');
    seen.add(payload.jti ?? '');
    const ath =
      accessToken === null ? undefined : createHash('sha256').update(accessToken).digest('base64url');
    if (payload.ath !== ath) refuse('ath');
    return calculateJwkThumbprint(jwk);
  };
}
