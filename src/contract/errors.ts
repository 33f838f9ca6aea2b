import { z } from 'zod';
import { idSchema } from './primitives.ts';

export { AldabaError } from './aldaba-error.ts';

/**
 * Every refusal of the product: a stable code, and the HTTP status that carries it where the portal answers it.
 * The code is also the key of the user's text (`errors.<code>.{title,means,next}` in `resources/locales`), so that
 * one table maps code to status and to text. Codes with status 0 arise in the client and never cross the portal's wire.
 */
export const errorStatus = {
  // What was asked
  'invalid-input': 400,
  'not-found': 404,
  'idempotency-mismatch': 422,
  'method-not-allowed': 405,
  'request-timeout': 408,
  'request-too-large': 413,
  'media-type-unsupported': 415,
  'headers-too-large': 431,
  'too-many-requests': 429,
  internal: 500,
  unavailable: 503,

  // Who asks
  'not-signed-in': 401,
  'session-ended': 401,
  'session-raced': 409,
  'proof-invalid': 401,
  'invalid-credentials': 401,
  'account-choice-expired': 401,
  'confirmation-required': 403,
  forbidden: 403,

  // Passwords and emailed links
  'link-invalid': 410,
  'link-expired': 410,
  'password-too-short': 422,
  'password-too-long': 422,
  'password-common': 422,
  'password-contextual': 422,

  // People, roles, seats
  'contact-exists': 409,
  'contact-changed': 409,
  'contact-suspended': 409,
  'contact-without-access': 409,
  'invitation-not-pending': 409,
  'invitation-too-soon': 429,
  'invitation-limit': 429,
  'role-exceeds-own': 403,
  'role-not-given': 403,
  'target-outranks-actor': 403,
  'last-administrator': 409,
  'shared-identity-not-administrator': 409,
  'self-not-allowed': 409,
  'owner-protected': 409,
  'no-seats-available': 409,
  'seat-not-assignable': 409,
  'pool-not-current': 409,

  // Licenses
  'no-seat-free': 409,
  'no-seat-assigned': 403,
  'product-unknown': 404,
  'version-not-covered': 403,
  'key-invalid': 401,
  'key-exhausted': 409,
  'lease-ended': 410,
  'lease-reclaimed': 410,
  'device-mismatch': 409,
  'device-limit': 409,
  'rebind-limit': 409,
  'borrow-unavailable': 409,
  'borrow-too-long': 422,
  'request-file-invalid': 422,

  // Reaching the portal (client only)
  'network-offline': 0,
  'network-timeout': 0,
  'portal-refused': 0,
  'portal-address-invalid': 0,
  'portal-not-aldaba': 0,
  'portal-captive': 0,
  'portal-html': 0,
  'portal-truncated': 0,
  'portal-failed': 0,
  'portal-certificate': 0,
  'network-certificate-file': 0,

  // Instead of `session-ended` where the company took the access (client only)
  'access-ended': 0,
  // Instead of `forbidden` where a key is the way in, which has no role (client only)
  'key-manages-nobody': 0,

  // Signed files (client only)
  'file-not-found': 0,
  'file-unreadable': 0,
  'file-too-large': 0,
  'file-format': 0,
  'file-truncated': 0,
  'file-tampered': 0,
  'file-foreign-key': 0,
  'file-expired': 0,
  'file-superseded': 0,
  'file-returned': 0,
  'file-not-yet-valid': 0,
  'file-wrong-product': 0,
  'file-wrong-device': 0,
  'file-wrong-kind': 0,

  // This machine (client only)
  'keychain-unavailable': 0,
  'keychain-locked': 0,
  'keychain-denied': 0,
  'device-key-damaged': 0,
  'settings-corrupt': 0,
  'policy-invalid': 0,
  'variable-invalid': 0,
  'option-invalid': 0,
  'policy-locked': 0,
  'clock-suspect': 0,
  'device-drift': 0,
  'device-changed': 0,
  'disk-full': 0,
  'folder-not-writable': 0,
  'download-checksum': 0,
  'download-signature': 0,
  'download-changed': 0,
  'open-failed': 0,
  'already-running': 0,
  'client-silent': 0,

  // Programs (client only)
  'not-configured': 0,
  'not-licensed': 0,
  'not-borrowed': 0,
  'read-only': 0,
  'sign-in-cancelled': 0,
  'sign-in-unavailable': 0,
  'sign-out-untold': 0,
  'key-leave-untold': 0,
  'protocol-version': 0,
  'not-initialized': 0,
  cancelled: 0,
} as const;

export type ErrorCode = keyof typeof errorStatus;

export const errorCodes = Object.keys(errorStatus) as [ErrorCode, ...ErrorCode[]];
export const errorCodeSchema = z.enum(errorCodes);

/** Why a session is over. `idle`: 90 d without use; `expired`: 365 d old; `suspended`, `deleted`: the person's access was taken. */
export const sessionEndReasons = [
  'signed-out',
  'ended',
  'password-set',
  'idle',
  'expired',
  'suspended',
  'deleted',
  'replaced',
  'replay',
] as const;
export type SessionEndReason = (typeof sessionEndReasons)[number];

/**
 * What may accompany a refusal. Numbers and names that the user's text needs, never a secret.
 * `retryAfter` is whole seconds (RFC 9110, 10.2.3). `available`/`buyUrl` serve "not enough seats".
 */
export const errorDataSchema = z
  .object({
    retryAfter: z.number().int().nonnegative().optional(),
    field: z.string().max(100).optional(),
    available: z.number().int().nonnegative().optional(),
    needed: z.number().int().nonnegative().optional(),
    total: z.number().int().nonnegative().optional(),
    minimum: z.number().int().optional(),
    maximum: z.number().int().optional(),
    buyUrl: z.string().max(2048).optional(),
    until: z.iso.datetime().optional(),
    product: z.string().max(200).optional(),
    device: z.string().max(200).optional(),
    file: z.string().max(4096).optional(),
    holders: z
      .array(z.object({ name: z.string(), device: z.string(), since: z.iso.datetime() }))
      .max(100)
      .optional(),
    /** With `no-seat-free`: the place in the queue, by which it can be left, and how many are to be served, oneself included. */
    queue: z.object({ ticket: idSchema, position: z.number().int().positive() }).optional(),
    /** With `lease-reclaimed` where a seat was asked for: the lease that the device has to let go of before, by its receipt. */
    leaseId: idSchema.optional(),
    /** With `session-ended`. A reason that this version does not know is none. */
    reason: z.enum(sessionEndReasons).optional().catch(undefined),
    detail: z.string().max(500).optional(),
    requestId: z.string().max(100).optional(),
  })
  .optional();

export type ErrorData = z.infer<typeof errorDataSchema>;

/** oRPC error map of the named codes, for `.errors(...)` on a procedure. */
export function errorMap<const C extends ErrorCode>(
  ...codes: C[]
): { [K in C]: { status: number; message: string; data: typeof errorDataSchema } } {
  const map: Record<string, { status: number; message: string; data: typeof errorDataSchema }> = {};
  for (const code of codes)
    map[code] = { status: errorStatus[code] || 500, message: code, data: errorDataSchema };
  return map as { [K in C]: { status: number; message: string; data: typeof errorDataSchema } };
}
