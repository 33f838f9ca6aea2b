import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { promisify } from 'node:util';
import { z } from 'zod';
import { AldabaError } from '../../contract/errors.ts';
import { publicKeySchema } from '../../contract/primitives.ts';
import type { Clock } from '../clock.ts';
import { ReplayWindow } from './replay-window.ts';
import { thumbprint } from './thumbprint.ts';

/** On a thread of the pool: a third of what a renewal costs, which would keep all others waiting. */
const verifySignature = promisify(verify);

/** Seconds that a proof's `iat` may differ from the portal's time. Every answer has a Date header to correct by. */
export const proofWindow = 60;

const headerSchema = z.object({
  typ: z.literal('dpop+jwt'),
  alg: z.literal('EdDSA'),
  jwk: publicKeySchema,
  // No extension is understood (RFC 7515, 4.1.11).
  crit: z.never().optional(),
});

const claimsSchema = z.object({
  jti: z.string().min(8).max(128),
  htm: z.string().max(16),
  htu: z.string().max(2048),
  iat: z.number().finite(),
  ath: z.string().max(64).optional(),
});

/** What the proof has to be about. */
export interface ProofTarget {
  readonly method: string;
  /** Addresses without query under which this request may have been made. */
  readonly urls: readonly string[];
  /** Access token that came with it. */
  readonly accessToken?: string | undefined;
}

export interface ProofVerifier {
  /**
   * Checks a DPoP proof (RFC 9449, 4.3) made with an Ed25519 key.
   *
   * @returns the key that made it: JWK `x` and thumbprint
   * @throws `proof-invalid`; the message, for the log, says which check failed
   */
  verify(proof: string | undefined, target: ProofTarget): Promise<{ key: string; thumbprint: string }>;
}

/** Longest proof that is parsed; ours have about 500 characters. */
const maximumLength = 4096;

export function createProofVerifier(clock: Clock): ProofVerifier {
  const seen = new ReplayWindow(proofWindow * 1000);
  const keys = new KeyCache();
  return {
    async verify(proof, target) {
      if (proof === undefined) throw invalid('no proof');
      if (proof.length > maximumLength) throw invalid('too long');
      const [head, body, signature, ...rest] = proof.split('.');
      if (head === undefined || body === undefined || signature === undefined || rest.length > 0)
        throw invalid('not a compact JWS');
      const header = parse(headerSchema, head, 'header');
      const claims = parse(claimsSchema, body, 'claims');
      const now = clock.now();
      if (claims.htm !== target.method) throw invalid('made for another method');
      if (!target.urls.includes(normalizeUrl(claims.htu))) throw invalid('made for another address');
      if (Math.abs(now - claims.iat * 1000) > proofWindow * 1000) throw invalid('made at another time');
      if (claims.ath !== (target.accessToken === undefined ? undefined : accessTokenHash(target.accessToken)))
        throw invalid('made for another access token');
      const key = keys.get(header.jwk.x);
      const signed = Buffer.from(`${head}.${body}`);
      const right = await verifySignature(null, signed, key.object, Buffer.from(signature, 'base64url'));
      if (!right) throw invalid('signature');
      // Last, so that only whoever has the key can fill the window, and after all waiting, so that of two at once one is refused.
      if (!seen.add(`${key.thumbprint}.${claims.jti}`, claims.iat * 1000, now)) throw invalid('used before');
      return { key: header.jwk.x, thumbprint: key.thumbprint };
    },
  };
}

/** `ath` (RFC 9449, 4.2). */
export function accessTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

function invalid(reason: string): AldabaError {
  return new AldabaError('proof-invalid', `proof refused: ${reason}`);
}

function parse<S extends z.ZodType>(schema: S, part: string, name: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    throw invalid(`${name} is not JSON`);
  }
  const result = schema.safeParse(value);
  if (!result.success) throw invalid(name);
  return result.data;
}

/** Scheme and host in lower case, default port gone, neither query nor fragment (RFC 9449, 4.3, point 9). */
export function normalizeUrl(address: string): string {
  if (!URL.canParse(address)) return '';
  const url = new URL(address);
  return `${url.origin}${url.pathname}`;
}

/** Parsing a key costs about as much as checking a signature with it, and a device proves its own key at every request. */
class KeyCache {
  readonly #entries = new Map<string, { object: KeyObject; thumbprint: string }>();

  get(x: string): { object: KeyObject; thumbprint: string } {
    const known = this.#entries.get(x);
    if (known !== undefined) return known;
    let object: KeyObject;
    try {
      object = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    } catch {
      throw invalid('key');
    }
    const entry = { object, thumbprint: thumbprint(x) };
    if (this.#entries.size >= 20_000)
      for (const oldest of this.#entries.keys()) {
        this.#entries.delete(oldest);
        break;
      }
    this.#entries.set(x, entry);
    return entry;
  }
}
