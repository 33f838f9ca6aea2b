import { z } from 'zod';
import { borrowDays, jwsSchema, rightKindSchema } from '../../contract/documents.ts';
import { idSchema, instantSchema, productCodeSchema, versionSchema } from '../../contract/primitives.ts';

/** What is kept of what was given back; more would not be read again. */
export const mostReceipts = 100;
export const mostReturned = 1000;

/** Everything that must outlive the process about one product, in one file, so that every step is one atomic write. */
export const licenseRecordSchema = z.strictObject({
  format: z.literal(1),
  product: productCodeSchema,
  /** The right that the portal gave. */
  right: z
    .strictObject({
      leaseId: idSchema,
      kind: rightKindSchema,
      document: jwsSchema,
      /** By the portal's time. */
      renewedAt: instantSchema,
      /** Seconds after `renewedAt` until it should be renewed. */
      renewAfter: z.number().int().positive(),
      /** The last use ended and the portal is being told. Until it was, a new use may take the right up again. */
      leaving: z.boolean(),
      /** The session ended under it, heard then: it runs on (ADR 0032). */
      lapsedAt: instantSchema.nullable().default(null),
      /** Most days that its seat is lent for, as the portal said last. */
      borrowDays: z.number().int().min(0).max(borrowDays.most).default(0),
    })
    .nullable(),
  /** A seat was asked for and the answer is not stored yet; repeating it with the same key takes no second one. */
  asking: z
    .strictObject({
      idempotencyKey: idSchema,
      version: versionSchema,
      features: z.array(z.string().max(64)).max(64),
      at: instantSchema,
    })
    .nullable(),
  /** Leases that are over here and that the portal must still hear of; after `until` it frees them by itself. */
  releases: z.array(z.strictObject({ leaseId: idSchema, until: instantSchema })).max(1000),
  /** Standalone. */
  license: z
    .strictObject({
      document: jwsSchema,
      /** Since when the components differ so much that a rebind is due. */
      driftSince: instantSchema.nullable(),
    })
    .nullable(),
  /** Signed by this device: licenses and borrowed leases that it deleted, to be told to the portal. */
  receipts: z.array(jwsSchema).max(mostReceipts),
  /**
   * What was given back here is not taken in again: activations, of which somebody may keep the file, and borrowed leases, until the portal
   * has their receipt.
   */
  returned: z.array(idSchema).max(mostReturned).default([]),
});
export type LicenseRecord = z.infer<typeof licenseRecordSchema>;

export function emptyRecord(product: string): LicenseRecord {
  return {
    format: 1,
    product,
    right: null,
    asking: null,
    releases: [],
    license: null,
    receipts: [],
    returned: [],
  };
}

/** True when nothing in it is worth a file. */
export function isEmptyRecord(record: LicenseRecord): boolean {
  const { right, asking, releases, license, receipts, returned } = record;
  return (
    right === null &&
    asking === null &&
    license === null &&
    releases.length === 0 &&
    receipts.length === 0 &&
    returned.length === 0
  );
}
