import { generateKeyPairSync, sign } from 'node:crypto';
import { type CertificateClaims, returnReceiptClaimsSchema } from '../../src/contract/documents.ts';
import { createDocumentCrypto } from '../../src/core/adapters/document-crypto.ts';
import {
  type ClaimsOf,
  type DocumentSigner,
  signDocument,
  thumbprint,
} from '../../src/domain/documents/index.ts';

export const documentCrypto = createDocumentCrypto();

/** 2026-03-02T08:00:00Z, in seconds. */
export const issuedAt = 1_772_438_400;
const year = 365 * 86_400;

/** An Ed25519 key pair whose private part stays in the closure. */
export function createSigner(): DocumentSigner & { readonly thumbprint: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const { x } = publicKey.export({ format: 'jwk' });
  if (x === undefined) throw new Error('an Ed25519 key has no x');
  return {
    publicKey: x,
    thumbprint: thumbprint(x, documentCrypto),
    sign: (data) => sign(null, data, privateKey),
  };
}
export type TestSigner = ReturnType<typeof createSigner>;

/** Certificate of `subject` by `issuer`, good for a year around {@link issuedAt}. */
export function certify(
  issuer: TestSigner,
  subject: TestSigner,
  change: Partial<CertificateClaims> = {},
): Promise<string> {
  return signDocument({
    kind: 'certificate',
    signer: issuer,
    crypto: documentCrypto,
    claims: {
      iss: issuer.thumbprint,
      sub: subject.thumbprint,
      key: { kty: 'OKP', crv: 'Ed25519', x: subject.publicKey },
      iat: issuedAt - 86_400,
      nbf: issuedAt - 86_400,
      exp: issuedAt + year,
      use: ['lease', 'offline-pass', 'license', 'borrow', 'release'],
      ...change,
    },
  });
}

/** A root, a signing key under it, and the chain. */
export async function createTestTrust(): Promise<{
  root: TestSigner;
  signer: TestSigner;
  chain: string[];
  rootKeys: string[];
}> {
  const root = createSigner();
  const signer = createSigner();
  return { root, signer, chain: [await certify(root, signer)], rootKeys: [root.publicKey] };
}

const ids = {
  document: '0195b0a0-0000-7000-8000-000000000001',
  account: '0195b0a0-0000-7000-8000-000000000002',
  lease: '0195b0a0-0000-7000-8000-000000000003',
  pool: '0195b0a0-0000-7000-8000-000000000004',
  activation: '0195b0a0-0000-7000-8000-000000000005',
};

/** 20 minutes of Viga on a floating seat, bound to the device. */
export function leaseClaims(device: string, change: Partial<ClaimsOf<'lease'>> = {}): ClaimsOf<'lease'> {
  return {
    jti: ids.document,
    account: ids.account,
    accountName: 'Estructuras Cóndor',
    holder: 'Lucía Ferrer',
    aud: 'viga',
    productName: 'Viga',
    versions: {},
    features: ['eurocode'],
    cnf: { jkt: device },
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + 1200,
    seq: 0,
    lease: ids.lease,
    pool: ids.pool,
    seatKind: 'floating',
    runOn: 3600,
    countdown: 900,
    ...change,
  };
}

/** A year of Viga on one device, by license key. */
export function licenseClaims(
  device: string,
  change: Partial<ClaimsOf<'license'>> = {},
): ClaimsOf<'license'> {
  return {
    jti: ids.document,
    account: ids.account,
    accountName: 'Estructuras Cóndor',
    aud: 'viga',
    productName: 'Viga',
    versions: { to: '2027' },
    features: [],
    cnf: { jkt: device },
    iat: issuedAt,
    nbf: issuedAt,
    exp: issuedAt + year,
    seq: 0,
    activation: ids.activation,
    components: { machine: 'a'.repeat(64), board: 'b'.repeat(64) },
    salt: 'c2FsdHNhbHRzYWx0c2E',
    graceDays: 14,
    ...change,
  };
}

/** What a return receipt says; its signature is not looked at. */
export function receiptOf(receipt: string): ReturnType<typeof returnReceiptClaimsSchema.parse> {
  const payload = Buffer.from(receipt.split('.')[1] ?? '', 'base64url').toString();
  return returnReceiptClaimsSchema.parse(JSON.parse(payload));
}
