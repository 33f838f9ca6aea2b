import type { CertificateClaims, DocumentKind } from '../../contract/documents.ts';
import { type ClaimsOf, claimsSchemas, isDeviceKind, isRightKind } from './claims.ts';
import { parseHeader, parseJson, splitCompact } from './compact.ts';
import type { DocumentCrypto } from './document-crypto.ts';
import type { FileProblem } from './problem.ts';
import { thumbprint } from './thumbprint.ts';
import { isWithin, rootsOf, trustChain, verifyCompact } from './trust.ts';

/**
 * How far a device's clock may be behind the portal's before a new document counts as "not valid yet", in seconds.
 * The figure by which a clock set back is ignored (docs/figures.md, "Clock").
 */
export const notBeforeLeeway = 7200;

/** How many verified headers a verifier remembers: one per kind and signing key of one product line, with room to spare. */
const rememberedHeaders = 32;

export interface Expectation<K extends DocumentKind> {
  /** Kinds that are welcome here; an authentic document of another kind is `file-wrong-kind`. */
  readonly kinds: readonly K[];
  /** Product code that must be the audience; left out where any product is welcome. */
  readonly product?: string | undefined;
  /** Wall-clock UTC in milliseconds. */
  readonly now: number;
  /** Thumbprint of the device that the document must be bound to (or signed by); left out where any is welcome. */
  readonly deviceThumbprint?: string | undefined;
}

/** An authentic document. */
export type Verified<K extends DocumentKind = DocumentKind> = {
  [P in K]: {
    readonly kind: P;
    readonly claims: ClaimsOf<P>;
    /** Thumbprint of the key that signed: a signing key of the vendor, or the device's own. */
    readonly signedBy: string;
    /** `x` of that key. */
    readonly signerKey: string;
  };
}[K];

/**
 * `document` accompanies a refusal when the document is authentic and only unwelcome: expired, too early, of another
 * product, device or kind. So that a person can be told which product, and an expired license can still run its grace days.
 */
export type Verification<K extends DocumentKind = DocumentKind> =
  | ({ readonly ok: true } & Verified<K>)
  | ({ readonly ok: false; readonly document?: Verified } & FileProblem);

export interface DocumentVerifier {
  verify<K extends DocumentKind>(jws: string, expected: Expectation<K>): Verification<K>;
}

/** What a header amounts to once its chain was followed. The same header always amounts to the same. */
interface TrustedHeader {
  readonly kind: DocumentKind;
  readonly key: string;
  readonly kid: string;
  /** Absent for documents that a device signed itself. */
  readonly certificate?: CertificateClaims;
}

/**
 * Verifies documents under given roots. Remembers the headers whose chain it followed, so that a renewed lease costs one
 * signature and not one per certificate.
 *
 * @param rootKeys `x` of the root keys' public JWKs
 */
export function createDocumentVerifier({
  crypto,
  rootKeys,
}: {
  crypto: DocumentCrypto;
  rootKeys: readonly string[];
}): DocumentVerifier {
  const roots = rootsOf(rootKeys, crypto);
  const remembered = new Map<string, TrustedHeader>();

  function trustHeader(part: string): { ok: true; trusted: TrustedHeader } | ({ ok: false } & FileProblem) {
    const known = remembered.get(part);
    if (known !== undefined) return { ok: true, trusted: known };
    const parsed = parseHeader(part, crypto);
    if (!parsed.ok) return parsed;
    const { kind, header } = parsed.value;
    if (isDeviceKind(kind)) {
      if (header.chain !== undefined || header.jwk === undefined) return tampered('not signed by a device');
      if (thumbprint(header.jwk.x, crypto) !== header.kid) return tampered('kid is not the key’s');
      return { ok: true, trusted: { kind, key: header.jwk.x, kid: header.kid } };
    }
    if (header.jwk !== undefined || header.chain === undefined) return foreign('no certificate');
    const chain = trustChain(header.chain, roots, crypto);
    if (!chain.ok) return chain;
    const { key, certificate } = chain.trusted;
    if (certificate.sub !== header.kid) return tampered('kid is not the certified key’s');
    if (!certificate.use.includes(kind)) return foreign(`the key may not sign ${kind}`);
    const trusted = { kind, key, kid: header.kid, certificate };
    const oldest = remembered.size < rememberedHeaders ? undefined : remembered.keys().next().value;
    if (oldest !== undefined) remembered.delete(oldest);
    remembered.set(part, trusted);
    return { ok: true, trusted };
  }

  return {
    verify<K extends DocumentKind>(jws: string, expected: Expectation<K>): Verification<K> {
      const parts = splitCompact(jws);
      if (!parts.ok) return parts;
      const header = trustHeader(parts.value.header);
      if (!header.ok) return header;
      const { kind, key, kid, certificate } = header.trusted;
      if (!verifyCompact(jws, key, crypto)) return tampered('the signature does not verify');

      const raw = parseJson(crypto.decodeUtf8(crypto.decodeBase64Url(parts.value.payload)));
      const claims = claimsSchemas[kind].safeParse(raw);
      if (!claims.success) return { ok: false, code: 'file-format', detail: `unknown form of ${kind}` };
      const document = { kind, claims: claims.data, signedBy: kid, signerKey: key } as Verified;
      if (certificate !== undefined && !wasEntitled(document, certificate)) {
        return foreign('signed outside the certificate’s validity');
      }
      const problem = findMismatch(document, expected);
      if (problem !== undefined) return { ok: false, ...problem, document };
      // findMismatch has just refused every kind that is not of K, which the compiler cannot see.
      return { ok: true, ...document } as Verification<K>;
    },
  };
}

/**
 * A license is judged by when it was signed, because it outlives the yearly key. Leases, passes and borrows are short:
 * all of their time must lie inside the certificate's, so that a key that leaked after its year opens nothing.
 */
function wasEntitled(document: Verified, certificate: CertificateClaims): boolean {
  const { claims } = document;
  if (!isWithin(claims.iat, certificate)) return false;
  if (document.kind === 'license' || !('exp' in claims) || claims.exp === undefined) return true;
  return claims.exp <= certificate.exp;
}

function findMismatch(document: Verified, expected: Expectation<DocumentKind>): FileProblem | undefined {
  if (!expected.kinds.includes(document.kind)) {
    return { code: 'file-wrong-kind', detail: `${document.kind} instead of ${expected.kinds.join(' or ')}` };
  }
  const device = expected.deviceThumbprint;
  if (!isRightKind(document.kind)) {
    return isDeviceKind(document.kind) && device !== undefined && document.signedBy !== device
      ? { code: 'file-wrong-device', detail: `signed by ${document.signedBy}` }
      : undefined;
  }
  const claims = document.claims as ClaimsOf<'lease' | 'offline-pass' | 'license' | 'borrow'>;
  if (expected.product !== undefined && claims.aud !== expected.product) {
    return { code: 'file-wrong-product', detail: `for ${claims.aud} instead of ${expected.product}` };
  }
  if (device !== undefined && claims.cnf.jkt !== device) {
    return { code: 'file-wrong-device', detail: `for ${claims.cnf.jkt}` };
  }
  const now = expected.now / 1000;
  if (now < claims.nbf - notBeforeLeeway) return { code: 'file-not-yet-valid', detail: `from ${claims.nbf}` };
  const grace = 'graceDays' in claims ? claims.graceDays * 86_400 : 0;
  if (claims.exp !== undefined && now >= claims.exp + grace) {
    return { code: 'file-expired', detail: `until ${claims.exp}` };
  }
  return undefined;
}

function tampered(detail: string): { ok: false } & FileProblem {
  return { ok: false, code: 'file-tampered', detail };
}

function foreign(detail: string): { ok: false } & FileProblem {
  return { ok: false, code: 'file-foreign-key', detail };
}

const verifiers = new WeakMap<DocumentCrypto, Map<string, DocumentVerifier>>();

/**
 * {@link createDocumentVerifier} for callers that keep none: the verifier of the same primitives and roots is reused,
 * with the headers it remembers. Callers pass one `crypto` for their whole life.
 */
export function verifyDocument<K extends DocumentKind>(
  jws: string,
  options: Expectation<K> & { readonly crypto: DocumentCrypto; readonly rootKeys: readonly string[] },
): Verification<K> {
  let known = verifiers.get(options.crypto);
  if (known === undefined) {
    known = new Map();
    verifiers.set(options.crypto, known);
  }
  const name = options.rootKeys.join();
  let verifier = known.get(name);
  if (verifier === undefined) {
    verifier = createDocumentVerifier(options);
    known.set(name, verifier);
  }
  return verifier.verify(jws, options);
}
