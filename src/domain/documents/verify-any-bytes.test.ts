import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createSigner,
  createTestTrust,
  documentCrypto as crypto,
  issuedAt,
  leaseClaims,
} from '../../../test/support/documents.ts';
import { signDocument } from './sign-document.ts';
import { createDocumentVerifier, type DocumentVerifier } from './verify-document.ts';

let verifier: DocumentVerifier;
let lease: string;

beforeAll(async () => {
  const { rootKeys, signer, chain } = await createTestTrust();
  verifier = createDocumentVerifier({ crypto, rootKeys });
  const claims = leaseClaims(createSigner().thumbprint);
  lease = await signDocument({ kind: 'lease', claims, signer, chain, crypto });
});

function codeOf(jws: string): string {
  const kinds = ['lease', 'offline-pass', 'license', 'borrow'] as const;
  const result = verifier.verify(jws, { kinds, now: issuedAt * 1000 });
  return result.ok ? 'ok' : result.code;
}

describe('whatever the bytes', () => {
  test('every beginning of a document is truncated, never tampered', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: lease.length - 1 }), (length) => {
        expect(codeOf(lease.slice(0, length))).toBe('file-truncated');
      }),
      { numRuns: 300 },
    );
  });

  test('every change of one character is refused', () => {
    const characters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= é';
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: lease.length - 1 }),
        fc.constantFrom(...characters),
        (index, character) => {
          fc.pre(lease[index] !== character);
          expect(codeOf(lease.slice(0, index) + character + lease.slice(index + 1))).not.toBe('ok');
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('every other spelling of the last character is refused', () => {
    for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
      const changed = lease.slice(0, -1) + character;
      expect(codeOf(changed)).toBe(changed === lease ? 'ok' : 'file-tampered');
    }
  });

  test('no text crashes the verifier', () => {
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.base64String(),
      fc.constantFrom('.', 'eyJ', ...lease.split('.')),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const text = pieces.join('');
        expect(codeOf(text)).not.toBe(text === lease ? undefined : 'ok');
      }),
      { numRuns: 1000 },
    );
  });

  test('no header crashes the verifier', () => {
    fc.assert(
      fc.property(fc.json(), fc.json(), (header, payload) => {
        const text = `${Buffer.from(header).toString('base64url')}.${Buffer.from(payload).toString('base64url')}.${'A'.repeat(86)}`;
        expect(codeOf(text)).not.toBe('ok');
      }),
    );
  });
});
