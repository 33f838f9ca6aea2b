import type { CertificateClaims } from '../../contract/documents.ts';
import { claimsSchemas } from './claims.ts';
import { parseHeader, parseJson, splitCompact } from './compact.ts';
import type { DocumentCrypto } from './document-crypto.ts';
import type { FileProblem } from './problem.ts';
import { thumbprint } from './thumbprint.ts';

/** A key that a root certified, at the end of a verified chain. */
export interface TrustedKey {
  readonly key: string;
  readonly certificate: CertificateClaims;
}

export type TrustResult =
  | { readonly ok: true; readonly trusted: TrustedKey }
  | ({ readonly ok: false } & FileProblem);

/** Thumbprint -> `x` of each root. */
export type Roots = ReadonlyMap<string, string>;

/** @param rootKeys JWK `x` of Ed25519 keys */
export function rootsOf(rootKeys: readonly string[], crypto: DocumentCrypto): Roots {
  return new Map(rootKeys.map((x) => [thumbprint(x, crypto), x]));
}

interface Certificate {
  readonly jws: string;
  readonly issuer: string;
  readonly claims: CertificateClaims;
}

/**
 * Follows certificates, leaf first, up to a root. Each names its issuer and its subject by thumbprint (RFC 7638); one that certifies
 * another must be allowed to (`use` has `certificate`) and valid when it did. Whether the leaf itself is valid depends on the time of
 * what it signed, which the caller knows.
 */
export function trustChain(chain: readonly string[], roots: Roots, crypto: DocumentCrypto): TrustResult {
  const certificates: Certificate[] = [];
  for (const jws of chain) {
    const certificate = parseCertificate(jws, crypto);
    if (certificate === undefined) return tampered('a certificate is malformed');
    certificates.push(certificate);
  }
  const leaf = certificates[0];
  const last = certificates.at(-1);
  if (leaf === undefined || last === undefined) return foreign('no certificate');
  const rootKey = roots.get(last.issuer);
  if (rootKey === undefined) return foreign(`issued under root ${last.issuer}`);

  let issuer: { key: string; claims?: CertificateClaims } = { key: rootKey };
  for (const certificate of certificates.toReversed()) {
    const { claims } = certificate;
    if (issuer.claims !== undefined) {
      if (certificate.issuer !== issuer.claims.sub) return tampered('the chain is out of order');
      if (!issuer.claims.use.includes('certificate')) return foreign('an issuer may not certify');
      if (!isWithin(claims.iat, issuer.claims)) return foreign('an issuer was not valid');
    }
    if (!verifyCompact(certificate.jws, issuer.key, crypto)) return tampered('a certificate does not verify');
    issuer = { key: claims.key.x, claims };
  }
  return { ok: true, trusted: { key: leaf.claims.key.x, certificate: leaf.claims } };
}

/** Whether an instant (NumericDate) lies in a certificate's validity; the end is excluded (RFC 7519, 4.1.4). */
export function isWithin(seconds: number, certificate: CertificateClaims): boolean {
  return seconds >= certificate.nbf && seconds < certificate.exp;
}

/** Verifies the signature of a JWS whose shape was already checked. */
export function verifyCompact(jws: string, key: string, crypto: DocumentCrypto): boolean {
  const end = jws.lastIndexOf('.');
  return crypto.verify(key, crypto.encodeUtf8(jws.slice(0, end)), crypto.decodeBase64Url(jws.slice(end + 1)));
}

function parseCertificate(jws: string, crypto: DocumentCrypto): Certificate | undefined {
  const parts = splitCompact(jws);
  if (!parts.ok) return undefined;
  const header = parseHeader(parts.value.header, crypto);
  if (!header.ok || header.value.kind !== 'certificate') return undefined;
  const { kid, chain, jwk } = header.value.header;
  if (chain !== undefined || jwk !== undefined) return undefined;
  const claims = claimsSchemas.certificate.safeParse(
    parseJson(crypto.decodeUtf8(crypto.decodeBase64Url(parts.value.payload))),
  );
  if (!claims.success) return undefined;
  if (claims.data.iss !== kid || claims.data.sub !== thumbprint(claims.data.key.x, crypto)) return undefined;
  return { jws, issuer: kid, claims: claims.data };
}

function tampered(detail: string): TrustResult {
  return { ok: false, code: 'file-tampered', detail };
}

function foreign(detail: string): TrustResult {
  return { ok: false, code: 'file-foreign-key', detail };
}
