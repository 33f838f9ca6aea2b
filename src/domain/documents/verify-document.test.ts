import { beforeAll, describe, expect, test } from 'vitest';
import {
  certify,
  createSigner,
  createTestTrust,
  documentCrypto as crypto,
  issuedAt,
  leaseClaims,
  licenseClaims,
  type TestSigner,
} from '../../../test/support/documents.ts';
import { documentTypes } from '../../contract/documents.ts';
import type { DocumentCrypto } from './document-crypto.ts';
import { signDocument } from './sign-document.ts';
import { createDocumentVerifier, type DocumentVerifier, verifyDocument } from './verify-document.ts';

const now = issuedAt * 1000;
const device = createSigner();
const anyKinds = ['lease', 'offline-pass', 'license', 'borrow'] as const;

let trust: Awaited<ReturnType<typeof createTestTrust>>;
let verifier: DocumentVerifier;
let lease: string;

beforeAll(async () => {
  trust = await createTestTrust();
  verifier = createDocumentVerifier({ crypto, rootKeys: trust.rootKeys });
  lease = await signLease();
});

function signLease(
  change: Parameters<typeof leaseClaims>[1] = {},
  by: { signer: TestSigner; chain: string[] } = trust,
): Promise<string> {
  return signDocument({
    kind: 'lease',
    claims: leaseClaims(device.thumbprint, change),
    signer: by.signer,
    chain: by.chain,
    crypto,
  });
}

function signRequest(signer: TestSigner = device): Promise<string> {
  return signDocument({
    kind: 'activation-request',
    signer,
    crypto,
    claims: {
      jti: '0195b0a0-0000-7000-8000-000000000009',
      iat: issuedAt,
      key: 'ALD-00000-00000-00000-00000-00000',
      device: { name: 'PC-12', platform: 'windows', components: {}, salt: 'c2FsdA' },
    },
  });
}

function codeOf(jws: string, change: Partial<Parameters<DocumentVerifier['verify']>[1]> = {}): string {
  const result = verifier.verify(jws, { kinds: anyKinds, now, ...change });
  return result.ok ? 'ok' : result.code;
}

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

/** The lease with another header, signed again by the right key: what someone with a bug or a plan would write. */
async function withHeader(change: object, signer: TestSigner = trust.signer): Promise<string> {
  const [header = '', payload = ''] = lease.split('.');
  const original = JSON.parse(Buffer.from(header, 'base64url').toString()) as object;
  const input = `${part({ ...original, ...change })}.${payload}`;
  return `${input}.${Buffer.from(await signer.sign(Buffer.from(input))).toString('base64url')}`;
}

describe('a genuine document', () => {
  test('gives its claims and who signed it', () => {
    const result = verifier.verify(lease, {
      kinds: ['lease', 'offline-pass'],
      product: 'viga',
      deviceThumbprint: device.thumbprint,
      now,
    });
    expect(result).toEqual({
      ok: true,
      kind: 'lease',
      claims: leaseClaims(device.thumbprint),
      signedBy: trust.signer.thumbprint,
      signerKey: trust.signer.publicKey,
    });
  });

  test('verifies through an intermediate certificate that may certify', async () => {
    const middle = createSigner();
    const chain = [
      await certify(middle, trust.signer),
      await certify(trust.root, middle, { use: ['certificate'] }),
    ];
    expect(codeOf(await signLease({}, { signer: trust.signer, chain }))).toBe('ok');
  });

  test('costs one signature once its chain is known', async () => {
    let signatures = 0;
    const counting: DocumentCrypto = {
      ...crypto,
      verify(...input) {
        signatures += 1;
        return crypto.verify(...input);
      },
    };
    const options = { kinds: ['lease'] as const, now, crypto: counting, rootKeys: trust.rootKeys };
    expect(verifyDocument(lease, options).ok).toBe(true);
    expect(signatures).toBe(2);
    expect(verifyDocument(await signLease({ seq: 1 }), options).ok).toBe(true);
    expect(signatures).toBe(3);
  });

  test('known headers of one root are not believed under another', () => {
    const options = { kinds: ['lease'] as const, now, crypto };
    expect(verifyDocument(lease, { ...options, rootKeys: trust.rootKeys }).ok).toBe(true);
    const other = verifyDocument(lease, { ...options, rootKeys: [createSigner().publicKey] });
    expect(other).toMatchObject({ ok: false, code: 'file-foreign-key' });
  });

  test('signed by a device carries its own key', async () => {
    const result = verifier.verify(await signRequest(), {
      kinds: ['activation-request'],
      deviceThumbprint: device.thumbprint,
      now: 0,
    });
    expect(result).toMatchObject({ ok: true, signedBy: device.thumbprint, signerKey: device.publicKey });
  });
});

describe('a refusal says which', () => {
  test('expired, with the claims', () => {
    const result = verifier.verify(lease, { kinds: anyKinds, now: (issuedAt + 1200) * 1000 });
    expect(result).toMatchObject({
      ok: false,
      code: 'file-expired',
      document: { claims: { productName: 'Viga' } },
    });
    expect(codeOf(lease, { now: (issuedAt + 1200) * 1000 - 1 })).toBe('ok');
  });

  test('not yet valid beyond two hours of difference between clocks', () => {
    expect(codeOf(lease, { now: (issuedAt - 7200) * 1000 })).toBe('ok');
    expect(codeOf(lease, { now: (issuedAt - 7201) * 1000 })).toBe('file-not-yet-valid');
  });

  test('another product', () => {
    expect(codeOf(lease, { product: 'zapata' })).toBe('file-wrong-product');
  });

  test('another device, of a right and of a request', async () => {
    const other = createSigner().thumbprint;
    expect(codeOf(lease, { deviceThumbprint: other })).toBe('file-wrong-device');
    const request = await signRequest();
    expect(codeOf(request, { kinds: ['activation-request'], deviceThumbprint: other })).toBe(
      'file-wrong-device',
    );
  });

  test('another kind, such as the request instead of the answer', async () => {
    expect(codeOf(await signRequest())).toBe('file-wrong-kind');
    expect(codeOf(lease, { kinds: ['license'] })).toBe('file-wrong-kind');
  });

  test('a foreign root', async () => {
    expect(codeOf(await signLease({}, await createTestTrust()))).toBe('file-foreign-key');
  });

  test('a key that the root did not certify for this', async () => {
    const by = (chain: string[]) => signLease({}, { signer: trust.signer, chain });
    expect(codeOf(await by([await certify(trust.root, trust.signer, { use: ['license'] })]))).toBe(
      'file-foreign-key',
    );
    const notAnIssuer = createSigner();
    const chain = [await certify(notAnIssuer, trust.signer), await certify(trust.root, notAnIssuer)];
    expect(codeOf(await by(chain))).toBe('file-foreign-key');
  });

  test('an issuer that was not valid when it certified', async () => {
    const middle = createSigner();
    const chain = [
      await certify(middle, trust.signer),
      await certify(trust.root, middle, { use: ['certificate'], exp: issuedAt - 86_400 }),
    ];
    expect(codeOf(await signLease({}, { signer: trust.signer, chain }))).toBe('file-foreign-key');
  });

  test('a lease that outlives the certificate, but not a license', async () => {
    const chain = [await certify(trust.root, trust.signer, { exp: issuedAt + 600 })];
    expect(codeOf(await signLease({}, { signer: trust.signer, chain }))).toBe('file-foreign-key');
    const license = await signDocument({
      kind: 'license',
      claims: licenseClaims(device.thumbprint),
      signer: trust.signer,
      chain,
      crypto,
    });
    expect(codeOf(license)).toBe('ok');
  });

  test('a right signed by a device with its own key', async () => {
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: device.publicKey };
    const forged = await withHeader({ chain: undefined, jwk, kid: device.thumbprint }, device);
    expect(codeOf(forged)).toBe('file-foreign-key');
  });

  test.each([
    { why: 'another algorithm', change: { alg: 'none' } },
    { why: 'an unknown member', change: { crit: ['exp'] } },
    { why: 'a kid that is not the certified key’s', change: { kid: 'A'.repeat(43) } },
    { why: 'an empty chain', change: { chain: [] } },
    { why: 'a lease as a link of the chain', change: { chain: ['LEASE'] } },
    { why: 'the type of a device’s document', change: { typ: documentTypes['return-receipt'] } },
  ])('tampered: $why', async ({ change }) => {
    const text = JSON.stringify(change).replace('LEASE', lease);
    expect(codeOf(await withHeader(JSON.parse(text)))).toBe('file-tampered');
  });

  test('tampered: certificates out of order', async () => {
    const middle = createSigner();
    const stranger = createSigner();
    const chain = [
      await certify(stranger, trust.signer),
      await certify(trust.root, middle, { use: ['certificate'] }),
    ];
    expect(codeOf(await signLease({}, { signer: trust.signer, chain }))).toBe('file-tampered');
  });

  test.each([
    { why: 'words', text: 'Buenos días', code: 'file-format' },
    {
      why: 'a token of another system',
      text: `${part({ alg: 'RS256', typ: 'JWT' })}.e30.${'A'.repeat(86)}`,
      code: 'file-format',
    },
    { why: 'nothing', text: '', code: 'file-truncated' },
    { why: 'a header alone', text: part({ alg: 'EdDSA' }), code: 'file-truncated' },
    { why: 'far too much', text: 'eyJ'.repeat(20_000), code: 'file-too-large' },
  ])('of $why: $code', ({ text, code }) => {
    expect(codeOf(text)).toBe(code);
  });

  test('an unknown form of claims under a good signature', async () => {
    const [header = ''] = lease.split('.');
    const input = `${header}.${part({ ...leaseClaims(device.thumbprint), extra: true })}`;
    const signature = Buffer.from(await trust.signer.sign(Buffer.from(input))).toString('base64url');
    expect(codeOf(`${input}.${signature}`)).toBe('file-format');
  });
});
