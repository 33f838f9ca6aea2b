import { z } from 'zod';
import { jwsSchema } from '../documents.ts';
import {
  base64UrlSchema,
  idSchema,
  instantSchema,
  platformSchema,
  productCodeSchema,
  sha256Schema,
  versionSchema,
} from '../primitives.ts';

/** A program's file as it is offered for download. */
export const releaseSchema = z.object({
  id: idSchema,
  product: productCodeSchema,
  productName: z.string(),
  version: versionSchema,
  platform: platformSchema,
  channel: z.enum(['stable', 'preview']),
  publishedAt: instantSchema,
  fileName: z.string().max(255),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  sha256: sha256Schema,
  /** Ed25519 by the vendor's signing key over the ASCII bytes `aldaba-release-v1\n<sha256>\n<size>\n<fileName>`, base64url; `chain` certifies the key. */
  signature: base64UrlSchema,
  chain: z.array(jwsSchema),
  notes: z.string(),
});
export type Release = z.infer<typeof releaseSchema>;
