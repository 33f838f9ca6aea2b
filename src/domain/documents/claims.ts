import type { z } from 'zod';
import {
  activationRequestClaimsSchema,
  borrowClaimsSchema,
  certificateClaimsSchema,
  type DocumentKind,
  documentTypes,
  leaseClaimsSchema,
  licenseClaimsSchema,
  passClaimsSchema,
  type RightKind,
  returnReceiptClaimsSchema,
  rightKinds,
} from '../../contract/documents.ts';

export const claimsSchemas = {
  lease: leaseClaimsSchema,
  'offline-pass': passClaimsSchema,
  license: licenseClaimsSchema,
  borrow: borrowClaimsSchema,
  'activation-request': activationRequestClaimsSchema,
  'return-receipt': returnReceiptClaimsSchema,
  certificate: certificateClaimsSchema,
} as const satisfies Record<DocumentKind, z.ZodType>;

export type ClaimsOf<K extends DocumentKind> = z.infer<(typeof claimsSchemas)[K]>;

const kindByType: ReadonlyMap<string, DocumentKind> = new Map(
  Object.entries(documentTypes).map(([kind, type]) => [type, kind as DocumentKind]),
);

/** The kind that a header's `typ` names; undefined for any other text. */
export function kindOfType(type: string): DocumentKind | undefined {
  return kindByType.get(type);
}

/** Kinds that let a program run: signed under the root, bound to a product, a device and a time. */
export function isRightKind(kind: DocumentKind): kind is RightKind {
  return (rightKinds as readonly DocumentKind[]).includes(kind);
}

/** Kinds that a device signs with its own key, carried as `jwk` in the header. */
export function isDeviceKind(kind: DocumentKind): kind is 'activation-request' | 'return-receipt' {
  return kind === 'activation-request' || kind === 'return-receipt';
}
