import { oc } from '@orpc/contract';
import { z } from 'zod';
import { borrowDays, jwsSchema, rightKindSchema, trustSchema } from '../documents.ts';
import { errorCodeSchema, errorDataSchema, errorMap } from '../errors.ts';
import {
  base64UrlSchema,
  deviceSchema,
  idSchema,
  instantSchema,
  lineSchema,
  platformSchema,
  productCodeSchema,
  versionSchema,
} from '../primitives.ts';
import { releaseSchema } from './release.ts';

const base = oc.errors(errorMap('invalid-input', 'too-many-requests', 'internal', 'unavailable'));
const proven = base.errors(errorMap('proof-invalid'));
const authed = proven.errors(errorMap('not-signed-in', 'session-ended', 'forbidden'));

/** A right as the portal hands it over: the signed document and, in the clear, what the client needs to plan. */
export const grantSchema = z.object({
  leaseId: idSchema,
  kind: rightKindSchema,
  product: productCodeSchema,
  document: jwsSchema,
  expiresAt: instantSchema,
  /** Seconds until the client should renew; already spread +-10 % by the portal (5 min for leases, a day for passes and what is borrowed). */
  renewAfter: z.number().int().positive(),
  /** Most days that this seat is lent for; 0 = not at all (a named seat, or the company does not lend it). */
  borrowDays: z.number().int().min(0).max(borrowDays.most).default(0),
});
export type Grant = z.infer<typeof grantSchema>;

export const renewalSchema = z.discriminatedUnion('outcome', [
  grantSchema.extend({ outcome: z.literal('renewed') }),
  z.object({ outcome: z.literal('ended'), leaseId: idSchema, code: errorCodeSchema, data: errorDataSchema }),
]);

export const productSchema = z.object({
  code: productCodeSchema,
  name: z.string(),
  summary: z.string(),
});

export const holderSchema = z.object({
  leaseId: idSchema,
  name: z.string(),
  device: z.string(),
  product: productCodeSchema,
  since: instantSchema,
  expiresAt: instantSchema,
  borrowed: z.boolean(),
});

export const activationSchema = z.object({
  id: idSchema,
  product: productCodeSchema,
  deviceName: z.string(),
  activatedAt: instantSchema,
  expiresAt: instantSchema.nullable(),
});

/** Everything here needs an access token (sign-in or key) with its DPoP proof, unless it says otherwise. */
export const licenses = {
  /**
   * `no-seat-free` carries the holders that the caller may see and a place in the queue. Whoever asks again within `retryAfter` and a
   * little waits, and comes before those who asked later. `lease-reclaimed`: what the device borrowed was taken back and has its place
   * until the device's receipt (`deactivate`) says that it let go of it; then it may ask again.
   */
  acquire: authed
    .route({
      method: 'POST',
      path: '/v1/leases',
      summary: 'Acquire a lease',
      tags: ['Leases'],
      successStatus: 201,
    })
    .input(
      z.object({
        /** Same key, same request: same answer (header `Idempotency-Key` of the IETF draft, here in the body so that every transport has it). */
        idempotencyKey: idSchema,
        product: productCodeSchema,
        version: versionSchema,
        /** What the program would like: decides between seats. The lease names all that its seat has. */
        features: z.array(lineSchema(64)).max(64).default([]),
      }),
    )
    .output(grantSchema)
    .errors(
      errorMap(
        'no-seat-free',
        'lease-reclaimed',
        'no-seat-assigned',
        'product-unknown',
        'version-not-covered',
        'device-limit',
        'idempotency-mismatch',
      ),
    ),
  /** Waits no more for a seat that was refused with `no-seat-free`. Leaving twice is not an error. */
  leaveQueue: authed
    .route({
      method: 'DELETE',
      path: '/v1/queue/{ticket}',
      summary: 'Leave the queue for a seat',
      tags: ['Leases'],
      successStatus: 204,
    })
    .input(z.object({ ticket: idSchema }))
    .output(z.void()),
  /** All of the device's leases in one call. */
  renew: authed
    .route({
      method: 'POST',
      path: '/v1/leases/renew',
      summary: 'Renew all leases of this device',
      tags: ['Leases'],
    })
    .input(
      z.object({
        leases: z
          .array(z.object({ leaseId: idSchema, seq: z.number().int().nonnegative() }))
          .min(1)
          .max(100),
      }),
    )
    .output(z.object({ serverTime: instantSchema, results: z.array(renewalSchema) })),
  /** Releasing twice is not an error. */
  release: authed
    .route({
      method: 'DELETE',
      path: '/v1/leases/{leaseId}',
      summary: 'Release a lease',
      tags: ['Leases'],
      successStatus: 204,
    })
    .input(z.object({ leaseId: idSchema }))
    .output(z.void()),
  /**
   * A floating lease to take away from the network: runs so many days from now and keeps its place for as long. Again for one that is
   * borrowed already: so many days from now, and never less than it had. Given back before its end by a receipt (`deactivate`).
   */
  borrow: authed
    .route({
      method: 'POST',
      path: '/v1/leases/{leaseId}/borrow',
      summary: 'Borrow a lease to go offline',
      tags: ['Leases'],
    })
    .input(z.object({ leaseId: idSchema, days: z.number().int().min(1).max(borrowDays.most) }))
    .output(grantSchema)
    .errors(
      errorMap('lease-ended', 'lease-reclaimed', 'no-seat-free', 'borrow-unavailable', 'borrow-too-long'),
    ),
  /**
   * An administrator takes a seat back: ends at the holder's next heartbeat, which says so. A borrowed one keeps its place until its device
   * let go of it or its time is over, because it may run where nobody hears: `freeAt` says when at the latest.
   */
  reclaim: authed
    .route({
      method: 'POST',
      path: '/v1/leases/{leaseId}/reclaim',
      summary: 'Take a seat back',
      tags: ['Leases'],
    })
    .input(z.object({ leaseId: idSchema, reason: lineSchema(500).min(3) }))
    .output(z.object({ freeAt: instantSchema }))
    .errors(errorMap('not-found')),
  products: authed
    .route({ method: 'GET', path: '/v1/products', summary: 'Products of my company', tags: ['Products'] })
    .output(z.object({ products: z.array(productSchema) })),
  releases: authed
    .route({ method: 'GET', path: '/v1/releases', summary: 'Downloads that I may have', tags: ['Products'] })
    .input(
      z.object({ product: productCodeSchema.optional(), platform: platformSchema.optional() }).default({}),
    )
    .output(z.object({ releases: z.array(releaseSchema) })),
  /** An address good for 10 min, single release, for `GET` with ranges (RFC 9110, 14). */
  downloadLink: authed
    .route({
      method: 'POST',
      path: '/v1/releases/{id}/download',
      summary: 'Get a download address',
      tags: ['Products'],
    })
    .input(z.object({ id: idSchema }))
    .output(z.object({ path: z.string(), expiresAt: instantSchema }))
    .errors(errorMap('not-found')),
  /** Standalone with network: the license key is the credential; no access token. A repeated call by the same device answers the same activation; with other parts, three times a year. */
  activate: proven
    .route({
      method: 'POST',
      path: '/v1/activations',
      summary: 'Activate a standalone license',
      tags: ['Standalone'],
      successStatus: 201,
    })
    .input(z.object({ key: z.string().max(64), device: deviceSchema, salt: base64UrlSchema }))
    .output(z.object({ activation: activationSchema, document: jwsSchema }))
    .errors(errorMap('key-invalid', 'key-exhausted', 'rebind-limit')),
  /** Standalone without network: the request file's JWS in, the license file's JWS out. No access token, no proof header: the request is signed by the device. */
  activateOffline: base
    .route({
      method: 'POST',
      path: '/v1/activations/offline',
      summary: 'Answer an activation request file',
      tags: ['Standalone'],
      successStatus: 201,
    })
    .input(z.object({ request: jwsSchema }))
    .output(
      z.object({
        activation: activationSchema,
        productName: z.string(),
        document: jwsSchema,
        fileName: z.string(),
        file: z.string(),
      }),
    )
    .errors(errorMap('key-invalid', 'key-exhausted', 'rebind-limit', 'request-file-invalid')),
  /**
   * Give a place back, of a standalone activation or of what was borrowed: the receipt that the device signed, sent by itself or carried by
   * somebody. No access token, no proof header.
   */
  deactivate: base
    .route({
      method: 'POST',
      path: '/v1/activations/end',
      summary: 'Give a standalone activation or a borrowed lease back',
      tags: ['Standalone'],
      successStatus: 204,
    })
    .input(z.object({ receipt: jwsSchema }))
    .output(z.void())
    .errors(errorMap('not-found', 'request-file-invalid')),
  trust: base
    .route({
      method: 'GET',
      path: '/v1/trust',
      summary: 'Public keys (JWKS) and certificate chain',
      tags: ['Trust'],
    })
    .output(trustSchema),
};
