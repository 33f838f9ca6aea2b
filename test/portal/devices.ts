import { createHash, generateKeyPairSync, type KeyObject, randomBytes, randomUUID, sign } from 'node:crypto';
import type { DocumentKind } from '../../src/contract/documents.ts';
import type { DeviceDescription, PublicKey } from '../../src/contract/primitives.ts';
import { type ClaimsOf, signDocument } from '../../src/domain/documents/index.ts';
import { thumbprint } from '../../src/portal/auth/thumbprint.ts';
import { documentCrypto } from '../support/documents.ts';

/** A device with its own key, and the refresh token that it holds. */
export interface TestDevice {
  readonly privateKey: KeyObject;
  readonly publicKey: PublicKey;
  readonly thumbprint: string;
  readonly description: DeviceDescription;
}

export function createTestDevice(name = 'CONDOR-PC-07'): TestDevice {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' });
  if (x === undefined) throw new Error('an Ed25519 key has an x');
  const key = { kty: 'OKP', crv: 'Ed25519', x } as const;
  return {
    privateKey,
    publicKey: key,
    thumbprint: thumbprint(x),
    description: {
      key,
      name,
      platform: 'linux',
      components: { machine: createHash('sha256').update(x).digest('hex') },
    },
  };
}

/** A document as the device signs it. */
export function signedBy<K extends DocumentKind>(
  device: TestDevice,
  kind: K,
  claims: ClaimsOf<K>,
): Promise<string> {
  const signer = {
    publicKey: device.publicKey.x,
    sign: (data: Uint8Array) => sign(null, data, device.privateKey),
  };
  return signDocument({ kind, claims, signer, crypto: documentCrypto });
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A DPoP proof as RFC 9449 (4.2) has it; `overrides` make a wrong one. */
export function createProof(
  device: TestDevice,
  request: { method: string; url: string; at: number; accessToken?: string | undefined },
  overrides: { header?: object; claims?: object } = {},
): string {
  const url = new URL(request.url);
  const header = { typ: 'dpop+jwt', alg: 'EdDSA', jwk: device.publicKey, ...overrides.header };
  const claims = {
    jti: randomUUID(),
    htm: request.method,
    htu: `${url.origin}${url.pathname}`,
    iat: Math.floor(request.at / 1000),
    ...(request.accessToken === undefined
      ? {}
      : { ath: createHash('sha256').update(request.accessToken).digest('base64url') }),
    ...overrides.claims,
  };
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${sign(null, Buffer.from(input), device.privateKey).toString('base64url')}`;
}

/** A refresh token as a device makes it, and the hash that it sends. */
export function createRefreshToken(): { token: string; hash: string } {
  const token = randomBytes(32).toString('base64url');
  return { token, hash: createHash('sha256').update(token).digest('hex') };
}
