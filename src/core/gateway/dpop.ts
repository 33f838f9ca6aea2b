import { createHash, randomUUID } from 'node:crypto';
import type { Device } from '../parts.ts';

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/**
 * A DPoP proof (RFC 9449, 4.2): a JWT by the device key for one request.
 *
 * @param request.at UTC in ms as the portal's clock has it
 * @param request.accessToken bound by its hash in `ath` when the request carries one
 */
export async function createProof(
  device: Device,
  request: { method: string; url: string; at: number; accessToken?: string },
): Promise<string> {
  const url = new URL(request.url);
  const header = { typ: 'dpop+jwt', alg: 'EdDSA', jwk: device.publicKey };
  const claims = {
    jti: randomUUID(),
    htm: request.method,
    // Without query and fragment, RFC 9449, 4.2.
    htu: `${url.origin}${url.pathname}`,
    iat: Math.floor(request.at / 1000),
    ...(request.accessToken === undefined
      ? {}
      : { ath: createHash('sha256').update(request.accessToken, 'ascii').digest('base64url') }),
  };
  const input = `${encode(header)}.${encode(claims)}`;
  const signature = await device.sign(Buffer.from(input, 'ascii'));
  return `${input}.${Buffer.from(signature).toString('base64url')}`;
}
