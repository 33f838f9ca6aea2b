import { createHash, randomBytes, randomUUID } from 'node:crypto';

/**
 * A UUID version 7 (RFC 9562, 5.7): sorts by time, so that new rows land at the end of an index.
 *
 * @param now milliseconds of UTC
 */
export function newId(now: number): string {
  const time = now.toString(16).padStart(12, '0');
  // A random UUID has its random bits where version 7 has them, and comes from a buffer that Node fills for many at once.
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

/** An opaque token of 256 bits, base64url. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What is stored of a token. Tokens are random over 256 bits, so a plain hash is enough. */
export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
