import { isCanonicalBase64Url } from './base64url.ts';
import type { DocumentCrypto } from './document-crypto.ts';
import { rootsOf, trustChain } from './trust.ts';

/** What identifies a release file: lower-case hexadecimal SHA-256, bytes, name. */
export interface ReleaseFile {
  readonly sha256: string;
  readonly size: number;
  readonly fileName: string;
}

/** The bytes that the vendor signs for a release file (contract/portal/licenses.ts, `releaseSchema.signature`). */
export function releaseSigningInput({ sha256, size, fileName }: ReleaseFile): string {
  return `aldaba-release-v1\n${sha256}\n${size}\n${fileName}`;
}

/**
 * Whether a release file was signed by a key that a root certified for releases. The signed bytes hold no time, so the
 * certificate's validity is not asked: a release stays as genuine as on the day it was published.
 *
 * @param release as the portal lists it; `sha256` must be the one computed from the received bytes
 */
export function verifyRelease(
  release: ReleaseFile & { readonly signature: string; readonly chain: readonly string[] },
  { crypto, rootKeys }: { crypto: DocumentCrypto; rootKeys: readonly string[] },
): boolean {
  if (!isCanonicalBase64Url(release.signature)) return false;
  const result = trustChain(release.chain, rootsOf(rootKeys, crypto), crypto);
  if (!result.ok || !result.trusted.certificate.use.includes('release')) return false;
  const signature = crypto.decodeBase64Url(release.signature);
  return crypto.verify(result.trusted.key, crypto.encodeUtf8(releaseSigningInput(release)), signature);
}
