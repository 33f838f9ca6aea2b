import { createHash, createPublicKey, verify } from 'node:crypto';

/** How long before a document's beginning the clock may stand, in seconds: clocks differ. */
const clockLeeway = 7200;

const rightTypes: Record<string, string> = {
  'aldaba-lease+jwt': 'lease',
  'aldaba-pass+jwt': 'offline-pass',
  'aldaba-borrow+jwt': 'borrow',
  'aldaba-license+jwt': 'license',
};

interface Header {
  alg?: string;
  typ?: string;
  kid?: string;
  chain?: string[];
}

interface Certificate {
  iss: string;
  sub: string;
  key: { x: string };
  iat: number;
  nbf: number;
  exp: number;
  use: string[];
}

/** The claims that a program looks at. Times are seconds since 1970 UTC. */
interface Claims {
  aud: string;
  cnf: { jkt: string };
  versions: { from?: string; to?: string };
  features: string[];
  iat: number;
  nbf: number;
  exp?: number;
  runOn?: number;
  countdown?: number;
  graceDays?: number;
}

export interface VerifiedLicense {
  claims: Claims;
  /** Milliseconds UTC until when the document allows full use; Infinity for a perpetual license. */
  fullUntil: number;
}

/** Thrown with a sentence that says which check failed. */
export class LicenseRefused extends Error {}

/**
 * Checks a signed license from the root key on, with nothing but Node's own crypto.
 *
 * @param jws compact JWS with its certificates in the header
 * @param expected.rootKey `x` of the Ed25519 root key
 * @param expected.deviceKey `x` of the key that signed this connection's nonce
 */
export function verifyLicense(
  jws: string,
  expected: { rootKey: string; deviceKey: string; program: string; version: string; now: number },
): VerifiedLicense {
  const { header, claims } = parse<Claims>(jws);
  const kind = rightTypes[header.typ ?? ''];
  if (kind === undefined) throw new LicenseRefused(`a document of type ${header.typ} is no license`);
  const certificate = followChain(header.chain ?? [], expected.rootKey);
  if (!certificate.use.includes(kind)) throw new LicenseRefused('the key may not sign licenses of this kind');
  if (certificate.sub !== header.kid) throw new LicenseRefused('the key is not the certified one');
  if (!isWithin(claims.iat, certificate))
    throw new LicenseRefused('signed outside the certificate’s validity');
  checkSignature(jws, certificate.key.x);

  const now = expected.now / 1000;
  if (claims.aud !== expected.program) throw new LicenseRefused(`the license is for ${claims.aud}`);
  if (claims.cnf.jkt !== thumbprint(expected.deviceKey))
    throw new LicenseRefused('the license is of another device');
  if (!isInRange(expected.version, claims.versions))
    throw new LicenseRefused(`version ${expected.version} is not covered`);
  if (now < claims.nbf - clockLeeway) throw new LicenseRefused('the license has not begun');
  return { claims, fullUntil: endOfFullUse(kind, claims) * 1000 };
}

/** Whether the device key signed the nonce of this connection (Ed25519, RFC 8032). */
export function verifyNonce(program: string, nonce: string, deviceKey: string, signature: string): boolean {
  const text = `aldaba-broker-v1\n${program}\n${nonce}`;
  return verify(null, Buffer.from(text), publicKey(deviceKey), Buffer.from(signature, 'base64url'));
}

function endOfFullUse(kind: string, claims: Claims): number {
  if (kind === 'lease') return claims.iat + (claims.runOn ?? 0) + (claims.countdown ?? 0);
  if (claims.exp === undefined) return Number.POSITIVE_INFINITY;
  return kind === 'license' ? claims.exp + (claims.graceDays ?? 0) * 86_400 : claims.exp;
}

/** Leaf first; the last one is signed by the root. Each certifies the one before it. */
function followChain(chain: string[], rootKey: string): Certificate {
  let issuer = { key: rootKey, name: thumbprint(rootKey), certificate: null as Certificate | null };
  for (const jws of chain.toReversed()) {
    const { header, claims } = parse<Certificate>(jws);
    if (header.typ !== 'aldaba-certificate+jwt') throw new LicenseRefused('the chain holds something else');
    if (claims.iss !== issuer.name || claims.sub !== thumbprint(claims.key.x))
      throw new LicenseRefused('the license is of another vendor');
    const above = issuer.certificate;
    if (above !== null && !(above.use.includes('certificate') && isWithin(claims.iat, above)))
      throw new LicenseRefused('an issuer may not certify');
    checkSignature(jws, issuer.key);
    issuer = { key: claims.key.x, name: claims.sub, certificate: claims };
  }
  if (issuer.certificate === null) throw new LicenseRefused('the license has no certificate');
  return issuer.certificate;
}

function parse<T>(jws: string): { header: Header; claims: T } {
  const [header = '', payload = ''] = jws.split('.');
  try {
    const parsed = { header: decode(header) as Header, claims: decode(payload) as T };
    if (parsed.header.alg === 'EdDSA') return parsed;
  } catch {
    // Told below, like every other form that is not ours.
  }
  throw new LicenseRefused('the answer is not a signed license');
}

function decode(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
}

function checkSignature(jws: string, key: string): void {
  const end = jws.lastIndexOf('.');
  const signature = Buffer.from(jws.slice(end + 1), 'base64url');
  if (!verify(null, Buffer.from(jws.slice(0, end)), publicKey(key), signature))
    throw new LicenseRefused('the signature does not verify');
}

function publicKey(x: string) {
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
}

/** RFC 7638. */
function thumbprint(x: string): string {
  return createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
}

function isWithin(at: number, certificate: Certificate): boolean {
  return at >= certificate.nbf && at < certificate.exp;
}

/** Both ends included; `2026` covers `2026.1`. */
function isInRange(version: string, { from, to }: Claims['versions']): boolean {
  return (
    (from === undefined || compare(version, from) >= 0) && (to === undefined || compare(version, to) <= 0)
  );
}

/** Part by part, as far as the bound goes. */
function compare(version: string, bound: string): number {
  const parts = version.split('.').map(Number);
  for (const [index, part] of bound.split('.').map(Number).entries()) {
    const difference = (parts[index] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return 0;
}
