import { createHmac } from 'node:crypto';
import type { SigningKeys } from './signing-keys.ts';

/** The portal's own secrets and its signing keys. Opened once, handed to `createPortal`. */
export interface PortalKeys {
  /** Public root key, JWK `x`: what clients trust documents by. */
  readonly rootKey: string;
  /** 32 bytes, the same on every node of a portal: the tokens of mailed links are derived from it. */
  readonly secret: Uint8Array;
  /** What documents and releases are signed with. */
  readonly signing: SigningKeys;
}

/**
 * A key or token for one purpose, from the portal's secret (HMAC-SHA-256, RFC 2104): 32 bytes.
 *
 * @param purpose a constant of the caller, so that what is derived for one thing never fits another
 */
export function derive(keys: PortalKeys, purpose: string, subject: string): Buffer {
  return createHmac('sha256', keys.secret).update(`${purpose}\n${subject}`).digest();
}
