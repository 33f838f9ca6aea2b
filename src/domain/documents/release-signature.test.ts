import { expect, test } from 'vitest';
import {
  certify,
  createSigner,
  createTestTrust,
  documentCrypto as crypto,
} from '../../../test/support/documents.ts';
import { releaseSigningInput, verifyRelease } from './release-signature.ts';

const file = { sha256: '0f'.repeat(32), size: 7_340_032, fileName: 'viga-2026.1-linux.run' };

async function publish(use?: Parameters<typeof certify>[2]) {
  const trust = await createTestTrust();
  const chain = [await certify(trust.root, trust.signer, use)];
  const bytes = await trust.signer.sign(crypto.encodeUtf8(releaseSigningInput(file)));
  return { release: { ...file, signature: crypto.encodeBase64Url(bytes), chain }, rootKeys: trust.rootKeys };
}

test('a published file is genuine, also after its key’s year', async () => {
  const { release, rootKeys } = await publish({ exp: 1 });
  expect(verifyRelease(release, { crypto, rootKeys })).toBe(true);
});

test('another content, size, name, signature, chain or root is not', async () => {
  const { release, rootKeys } = await publish();
  const changes: Partial<typeof release>[] = [
    { sha256: '00'.repeat(32) },
    { size: file.size + 1 },
    { fileName: 'zapata-2026.1-linux.run' },
    { signature: `${release.signature.slice(0, -4)}AAAA` },
    { signature: `${release.signature}=` },
    { chain: [] },
    { chain: (await publish()).release.chain },
  ];
  for (const change of changes)
    expect(verifyRelease({ ...release, ...change }, { crypto, rootKeys })).toBe(false);
  expect(verifyRelease(release, { crypto, rootKeys: [createSigner().publicKey] })).toBe(false);
});

test('a key certified for leases alone signs no release', async () => {
  const { release, rootKeys } = await publish({ use: ['lease'] });
  expect(verifyRelease(release, { crypto, rootKeys })).toBe(false);
});
