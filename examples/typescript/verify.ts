import { createHash, createPublicKey, verify } from 'node:crypto';

/** What a program wants to be true of a license before it computes. */
export interface Expected {
  /** `x` of the vendor's root key: 43 characters of base64url. Compile it in. */
  rootKey: string;
  product: string;
  version: string;
  /** Name of this device's key, from `initialize`: {@link thumbprint} of its `x`. */
  device: string;
  /** Milliseconds UTC. */
  now: number;
}

/** A license that is genuine, and until when (milliseconds UTC; null = for good) it may be worked with at the most. */
export interface Verified {
  kind: 'lease' | 'offline-pass' | 'borrow' | 'license';
  account: string;
  features: string[];
  end: number | null;
}

interface Header {
  alg?: unknown;
  typ?: unknown;
  kid?: unknown;
  chain?: unknown;
}
interface Certificate {
  iss: string;
  sub: string;
  key: { x: string };
  nbf: number;
  exp: number;
  use: string[];
}
interface Claims {
  aud: string;
  accountName: string;
  versions: { from?: string; to?: string };
  features: string[];
  cnf: { jkt: string };
  iat: number;
  nbf: number;
  exp?: number;
  runOn?: number;
  countdown?: number;
  graceDays?: number;
}

const kinds: Readonly<Record<string, Verified['kind']>> = {
  'aldaba-lease+jwt': 'lease',
  'aldaba-pass+jwt': 'offline-pass',
  'aldaba-borrow+jwt': 'borrow',
  'aldaba-license+jwt': 'license',
};
/** A clock behind by up to this is a clock, not a trick. Seconds. */
const leeway = 7200;

/**
 * Checks a license with nothing but the root key: the certificates up to the root, the signature, the product, the version, the device
 * and the time.
 * @throws Error that says what is wrong
 */
export function verifyLicense(document: string, expected: Expected): Verified {
  const header = part<Header>(document, 0);
  const kind = typeof header.typ === 'string' ? kinds[header.typ] : undefined;
  if (header.alg !== 'EdDSA' || kind === undefined) throw new Error('not a license');
  const signer = followChain(header.chain, expected.rootKey);
  if (header.kid !== signer.sub || !signer.use.includes(kind))
    throw new Error('the signing key may not sign this');
  if (!signedBy(document, signer.key.x)) throw new Error('the signature is wrong');

  const claims = part<Claims>(document, 1);
  if (claims.iat < signer.nbf || claims.iat >= signer.exp) throw new Error('signed outside the key’s year');
  if (kind !== 'license' && (claims.exp ?? Number.POSITIVE_INFINITY) > signer.exp)
    throw new Error('outlives its key');
  if (claims.aud !== expected.product) throw new Error(`for ${claims.aud}`);
  if (claims.cnf.jkt !== expected.device) throw new Error('for another device');
  if (!covers(claims.versions, expected.version))
    throw new Error(`does not cover version ${expected.version}`);
  if (expected.now / 1000 < claims.nbf - leeway) throw new Error('not valid yet');
  const end = lastMoment(kind, claims);
  if (end !== null && expected.now >= end) throw new Error('over');
  return { kind, account: claims.accountName, features: claims.features, end };
}

/** Name of an Ed25519 key (RFC 7638). */
export function thumbprint(x: string): string {
  return createHash('sha256').update(`{"crv":"Ed25519","kty":"OKP","x":"${x}"}`).digest('base64url');
}

/** Ed25519 (RFC 8032) over `data`. */
export function verifySignature(x: string, data: string, signature: string): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, Buffer.from(data), key, Buffer.from(signature, 'base64url'));
}

/** Certificates, leaf first; each is signed by the next one's key and the last one by the root. */
function followChain(chain: unknown, rootKey: string): Certificate {
  if (!Array.isArray(chain) || chain.length === 0 || chain.length > 3) throw new Error('no certificate');
  let issuer = { name: thumbprint(rootKey), key: rootKey, may: true, from: 0, to: Number.POSITIVE_INFINITY };
  let leaf: Certificate | undefined;
  for (const certificate of chain.toReversed() as string[]) {
    const header = part<Header>(certificate, 0);
    const claims = part<Certificate & { iat: number }>(certificate, 1);
    const named =
      claims.iss === issuer.name && header.kid === issuer.name && claims.sub === thumbprint(claims.key.x);
    const entitled = issuer.may && claims.iat >= issuer.from && claims.iat < issuer.to;
    const right = header.alg === 'EdDSA' && header.typ === 'aldaba-certificate+jwt';
    if (!named || !entitled || !right || !signedBy(certificate, issuer.key))
      throw new Error('not certified by the vendor');
    const may = claims.use.includes('certificate');
    issuer = { name: claims.sub, key: claims.key.x, may, from: claims.nbf, to: claims.exp };
    leaf = claims;
  }
  if (leaf === undefined) throw new Error('no certificate');
  return leaf;
}

function part<T>(jws: string, index: 0 | 1): T {
  const text = jws.split('.')[index];
  if (text === undefined) throw new Error('not a signed document');
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as T;
}

function signedBy(jws: string, x: string): boolean {
  const dot = jws.lastIndexOf('.');
  return verifySignature(x, jws.slice(0, dot), jws.slice(dot + 1));
}

function covers(range: Claims['versions'], version: string): boolean {
  const compare = (a: number[], b: number[]) => {
    for (let index = 0; index < Math.max(a.length, b.length); index++) {
      const order = (a[index] ?? 0) - (b[index] ?? 0);
      if (order !== 0) return order;
    }
    return 0;
  };
  const numbers = (text: string) => text.split('.').map(Number);
  const own = numbers(version);
  if (range.from !== undefined && compare(own, numbers(range.from)) < 0) return false;
  // The upper end counts as written: "2027" includes 2027.4.
  const to = range.to === undefined ? undefined : numbers(range.to);
  return to === undefined || compare(own.slice(0, to.length), to) <= 0;
}

/** Milliseconds UTC; null = perpetual. A lease may run on without the portal, a license has days of grace. */
function lastMoment(kind: Verified['kind'], claims: Claims): number | null {
  if (claims.exp === undefined) return kind === 'license' ? null : 0;
  if (kind === 'lease') {
    return (Math.max(claims.exp, claims.iat + (claims.runOn ?? 0)) + (claims.countdown ?? 0)) * 1000;
  }
  return (claims.exp + (kind === 'license' ? (claims.graceDays ?? 0) * 86_400 : 0)) * 1000;
}
