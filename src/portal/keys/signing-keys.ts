import { createPublicKey, type KeyObject, sign } from 'node:crypto';
import type { z } from 'zod';
import type { CertificateClaims, DocumentKind, trustSchema } from '../../contract/documents.ts';
import { AldabaError } from '../../contract/errors.ts';
import {
  type ClaimsOf,
  encodeHeader,
  joinSignature,
  releaseSigningInput,
  rootsOf,
  signingInput,
  thumbprint,
  trustChain,
} from '../../domain/documents/index.ts';
import { documentCrypto } from '../documents/document-crypto.ts';

export type Trust = z.infer<typeof trustSchema>;

/** A yearly key with what certifies it. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  /** Certificates, leaf first, the last one signed by the root. */
  readonly chain: readonly string[];
}

/**
 * The keys that sign documents and releases. Several may be there at once: the one whose certificate began last signs, the older ones
 * stay until what they signed has ended, so that rotation needs neither a moment of its own nor a restart of clients.
 */
export interface SigningKeys {
  /** When the newest certificate ends, ms of UTC: the next key has to be there a pass's time before. */
  readonly endsAt: number;
  /**
   * Until when what is signed now may run: the last end of a certificate for the kind that is good now. A right that ends later is not
   * signed. Milliseconds of UTC; null when there is no such certificate, so that nothing is signed.
   */
  signsUntil(kind: DocumentKind, now: number): number | null;
  /**
   * @param now milliseconds of UTC
   * @throws `unavailable` when no key is certified for the kind, now and until the document's end
   */
  sign<K extends DocumentKind>(kind: K, claims: ClaimsOf<K>, now: number): string;
  /** Signs a release file. @throws `unavailable` */
  signRelease(
    file: { sha256: string; size: number; fileName: string },
    now: number,
  ): { signature: string; chain: readonly string[] };
  /** Public keys that are valid now, newest first, and the newest one's chain. */
  trust(now: number): Trust;
}

interface Certified extends SigningKey {
  readonly x: string;
  readonly certificate: CertificateClaims;
  readonly headers: Map<DocumentKind, string>;
}

/**
 * @param rootKey JWK `x` of the root
 * @throws when a key's chain does not lead to the root, or certifies another key: such a portal would sign what nobody believes
 */
export function createSigningKeys(rootKey: string, keys: readonly SigningKey[]): SigningKeys {
  const certified = keys
    .map((key) => checkKey(rootKey, key))
    .sort((one, other) => other.certificate.nbf - one.certificate.nbf);

  /** Those that sign for the use now, newest first. */
  function usable(use: CertificateClaims['use'][number], now: number): Certified[] {
    const seconds = Math.floor(now / 1000);
    return certified.filter(
      ({ certificate: { nbf, exp, use: uses } }) => nbf <= seconds && seconds < exp && uses.includes(use),
    );
  }

  function choose(use: CertificateClaims['use'][number], now: number, until = 0): Certified {
    const key = usable(use, now).find(({ certificate }) => until <= certificate.exp);
    if (key === undefined) throw new AldabaError('unavailable', `no signing key is certified for ${use} now`);
    return key;
  }

  return {
    endsAt: 1000 * Math.max(0, ...certified.map(({ certificate }) => certificate.exp)),
    signsUntil(kind, now) {
      const ends = usable(kind, now).map(({ certificate }) => certificate.exp);
      return ends.length === 0 ? null : 1000 * Math.max(...ends);
    },
    sign(kind, claims, now) {
      // Those who verify ask that short rights end before the certificate does (domain/documents/verify-document.ts).
      const until = kind !== 'license' && 'exp' in claims ? claims.exp : undefined;
      const key = choose(kind, now, until);
      let header = key.headers.get(kind);
      if (header === undefined) {
        header = encodeHeader(kind, { publicKey: key.x, chain: key.chain, crypto: documentCrypto });
        key.headers.set(kind, header);
      }
      const input = signingInput(header, claims, documentCrypto);
      return joinSignature(input, sign(null, Buffer.from(input), key.privateKey), documentCrypto);
    },
    signRelease(file, now) {
      const key = choose('release', now);
      const signature = sign(null, Buffer.from(releaseSigningInput(file)), key.privateKey);
      return { signature: signature.toString('base64url'), chain: key.chain };
    },
    trust(now) {
      const seconds = Math.floor(now / 1000);
      const valid = certified.filter(
        ({ certificate }) => certificate.nbf <= seconds && seconds < certificate.exp,
      );
      return {
        keys: valid.map(({ x, certificate }) => ({
          ...jwk(x),
          kid: certificate.sub,
          use: 'sig' as const,
          alg: 'EdDSA' as const,
        })),
        chain: [...(valid[0]?.chain ?? [])],
        root: { ...jwk(rootKey), kid: thumbprint(rootKey, documentCrypto) },
      };
    },
  };
}

function checkKey(rootKey: string, key: SigningKey): Certified {
  const { x } = createPublicKey(key.privateKey).export({ format: 'jwk' });
  const result = trustChain(key.chain, rootsOf([rootKey], documentCrypto), documentCrypto);
  if (!result.ok) throw new Error(`a signing key’s chain does not lead to the root: ${result.detail}`);
  if (x === undefined || result.trusted.key !== x)
    throw new Error('a signing key’s chain certifies another key');
  return { ...key, x, certificate: result.trusted.certificate, headers: new Map() };
}

function jwk(x: string): { kty: 'OKP'; crv: 'Ed25519'; x: string } {
  return { kty: 'OKP', crv: 'Ed25519', x };
}
