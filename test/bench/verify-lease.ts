import { createPublicKey, randomUUID, verify } from 'node:crypto';
import { createDocumentCrypto } from '../../src/core/adapters/document-crypto.ts';
import { createDocumentVerifier, signDocument } from '../../src/domain/documents/index.ts';
import {
  createSigner,
  createTestTrust,
  documentCrypto,
  issuedAt,
  leaseClaims,
} from '../support/documents.ts';
import { atMost, percentile, type Run } from './figure.ts';

const documents = 400;
const rounds = 12;

export const figures = { 'verify-lease-p50': atMost(1.5, 'us', 'crypto.verify of the same bytes') };

/**
 * Verifying renewed leases (signature, chain, claims, product, device, time) against `crypto.verify` of the same bytes with the key at
 * hand. Each lease is another one, as in use: what a verifier remembers is the signing key's chain, not the answer.
 */
export const run: Run<typeof figures> = async () => {
  const { signer, chain, rootKeys } = await createTestTrust();
  const device = createSigner().thumbprint;
  const leases = await Promise.all(
    Array.from({ length: documents }, (_, seq) =>
      signDocument({
        kind: 'lease',
        claims: leaseClaims(device, { jti: randomUUID(), seq }),
        signer,
        chain,
        crypto: documentCrypto,
      }),
    ),
  );
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: signer.publicKey }, format: 'jwk' });
  const raw = leases.map((jws) => {
    const dot = jws.lastIndexOf('.');
    return { data: Buffer.from(jws.slice(0, dot)), signature: Buffer.from(jws.slice(dot + 1), 'base64url') };
  });
  const verifier = createDocumentVerifier({ crypto: createDocumentCrypto(), rootKeys });
  const expected = {
    kinds: ['lease'] as const,
    product: 'viga',
    now: issuedAt * 1000,
    deviceThumbprint: device,
  };

  const full: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const keep = round > 1;
    for (let index = 0; index < documents; index++) {
      const jws = leases[index] ?? '';
      const before = performance.now();
      const result = verifier.verify(jws, expected);
      const between = performance.now();
      const one = raw[index];
      const ok = one !== undefined && verify(null, one.data, key, one.signature);
      const after = performance.now();
      if (!result.ok || !ok) throw new Error('a lease did not verify');
      if (!keep) continue;
      full.push((between - before) * 1000);
      bare.push((after - between) * 1000);
    }
  }
  return { 'verify-lease-p50': { value: percentile(full, 50), limit: percentile(bare, 50) } };
};
