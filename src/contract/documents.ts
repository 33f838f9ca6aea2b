import { z } from 'zod';
import {
  base64UrlSchema,
  componentsSchema,
  idSchema,
  lineSchema,
  platformSchema,
  productCodeSchema,
  publicKeySchema,
  thumbprintSchema,
  versionSchema,
} from './primitives.ts';

// Apart, so that the window has the numbers without the schemas.
export { borrowDays } from './borrow-days.ts';

/**
 * Signed documents: JWS compact (RFC 7515) with EdDSA over Ed25519 (RFC 8037), one algorithm and an explicit `typ`.
 * Times are NumericDate: whole seconds since 1970 UTC (RFC 7519, 2).
 */
export const documentTypes = {
  lease: 'aldaba-lease+jwt',
  'offline-pass': 'aldaba-pass+jwt',
  license: 'aldaba-license+jwt',
  borrow: 'aldaba-borrow+jwt',
  'activation-request': 'aldaba-request+jwt',
  'return-receipt': 'aldaba-receipt+jwt',
  certificate: 'aldaba-certificate+jwt',
} as const;
export type DocumentKind = keyof typeof documentTypes;
export const documentKinds = Object.keys(documentTypes) as [DocumentKind, ...DocumentKind[]];
/** The kinds that let a program run. */
export const rightKinds = ['lease', 'offline-pass', 'license', 'borrow'] as const;
export const rightKindSchema = z.enum(rightKinds);
export type RightKind = z.infer<typeof rightKindSchema>;

const seconds = z.number().int().nonnegative().max(253_402_300_799);

/** A compact JWS: three base64url parts. 32 KiB is far above the largest document and bounds what is parsed. */
export const jwsSchema = z
  .string()
  .max(32_768)
  .regex(/^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/);

/**
 * Header of every document. `x5c` of X.509 is replaced by `chain`: compact JWS certificates, leaf first,
 * the last one signed by the root whose public part is compiled in. Documents signed by a device carry `jwk` instead.
 */
export const documentHeaderSchema = z.strictObject({
  alg: z.literal('EdDSA'),
  typ: z.enum(Object.values(documentTypes) as [string, ...string[]]),
  kid: thumbprintSchema,
  chain: z.array(jwsSchema).min(1).max(3).optional(),
  jwk: publicKeySchema.optional(),
});
export type DocumentHeader = z.infer<typeof documentHeaderSchema>;

/** A yearly signing key certified by the root (`iss` = root's thumbprint, `sub` = certified key's thumbprint). */
export const certificateClaimsSchema = z.strictObject({
  iss: thumbprintSchema,
  sub: thumbprintSchema,
  key: publicKeySchema,
  iat: seconds,
  nbf: seconds,
  exp: seconds,
  /** What the key may sign: kinds of documents, and release files. */
  use: z.array(z.enum([...documentKinds, 'release'])).min(1),
});
export type CertificateClaims = z.infer<typeof certificateClaimsSchema>;

/** Versions that may run: both ends included, absent = unbounded. */
export const versionRangeSchema = z.strictObject({
  from: versionSchema.optional(),
  to: versionSchema.optional(),
});

const rightShape = {
  /** Id of this document. */
  jti: idSchema,
  /** Account (company) that holds the right. */
  account: idSchema,
  accountName: z.string().max(200),
  /** Seat, when the right comes from an assigned one. */
  seat: idSchema.optional(),
  /** Person's name as the account knows it, for the window. Absent for keys. */
  holder: z.string().max(200).optional(),
  /** Product code: the audience (`aud`). */
  aud: productCodeSchema,
  productName: z.string().max(200),
  versions: versionRangeSchema,
  features: z.array(z.string().max(64)).max(64),
  /** RFC 7800 confirmation: thumbprint of the device key that this right is bound to. */
  cnf: z.strictObject({ jkt: thumbprintSchema }),
  iat: seconds,
  nbf: seconds,
  /** Absent = perpetual (licenses only). */
  exp: seconds.optional(),
  /** Grows by one at every renewal of the same right; a lower one never replaces a higher one. */
  seq: z.number().int().nonnegative(),
};

export const leaseClaimsSchema = z.strictObject({
  ...rightShape,
  exp: seconds,
  /** Id of the lease, the same over its renewals. */
  lease: idSchema,
  pool: idSchema,
  seatKind: z.enum(['named', 'floating']),
  /** Seconds after `iat` until which a program runs on without the portal [60 min]. */
  runOn: z.number().int().positive(),
  /** Seconds of countdown after `runOn`, before read-only [15 min]. */
  countdown: z.number().int().nonnegative(),
});
export type LeaseClaims = z.infer<typeof leaseClaimsSchema>;

/** 30 days for a named seat, renewed daily. */
export const passClaimsSchema = z.strictObject({
  ...rightShape,
  exp: seconds,
  lease: idSchema,
  pool: idSchema,
});
export type PassClaims = z.infer<typeof passClaimsSchema>;

export const borrowClaimsSchema = z.strictObject({
  ...rightShape,
  exp: seconds,
  lease: idSchema,
  pool: idSchema,
});
export type BorrowClaims = z.infer<typeof borrowClaimsSchema>;

/** Standalone license. `components` are the salted hashes taken at activation; `salt` is theirs. */
export const licenseClaimsSchema = z.strictObject({
  ...rightShape,
  activation: idSchema,
  components: componentsSchema,
  salt: base64UrlSchema,
  /** Days of full use after `exp` [14]. */
  graceDays: z.number().int().nonnegative().max(90),
});
export type LicenseClaims = z.infer<typeof licenseClaimsSchema>;

/** Signed by the device: taken to a machine that has a network. The license key inside is what it activates. */
export const activationRequestClaimsSchema = z.strictObject({
  jti: idSchema,
  iat: seconds,
  key: z.string().max(64),
  device: z.strictObject({
    name: lineSchema(100).min(1),
    platform: platformSchema,
    components: componentsSchema,
    salt: base64UrlSchema,
  }),
});

/** Signed by the device after it deleted its right: `right` is the activation of a license, the lease of anything else. */
export const returnReceiptClaimsSchema = z.strictObject({
  jti: idSchema,
  iat: seconds,
  right: idSchema,
  kind: rightKindSchema,
});

/** The product's public JWKS (RFC 7517) and certificates. */
export const trustSchema = z.object({
  keys: z.array(
    publicKeySchema.extend({ kid: thumbprintSchema, use: z.literal('sig'), alg: z.literal('EdDSA') }),
  ),
  chain: z.array(jwsSchema),
  root: publicKeySchema.extend({ kid: thumbprintSchema }),
});
