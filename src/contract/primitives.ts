import { z } from 'zod';
import { languages, modes } from './setting-values.ts';

export { languages, modes };

/** UUID in text form; new ones are version 7 (RFC 9562), so that they sort by time. */
export const idSchema = z.uuid();

/** Instant in UTC, ISO 8601 with `Z` (RFC 3339). */
export const instantSchema = z.iso.datetime();
export type Instant = z.infer<typeof instantSchema>;

/**
 * One line of text as a person types it: no control characters and no half of a pair, which no database and no table can hold; nothing that breaks
 * the line or turns the text around it (UAX #9, 2), so that what others read of a name is the name.
 */
export const lineSchema = (maximum: number) =>
  z
    .string()
    .trim()
    .max(maximum)
    .regex(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]*$/u);

/** Email as typed by a person; compared by `normalizeEmail` (domain). At most 254 octets (RFC 5321, 4.5.3.1.3). */
export const emailSchema = z.email().max(254);

/** A password on its way in. The lower limit is the policy's, so that a wrong one is answered as wrong. Never in an output. */
export const passwordInputSchema = z.string().min(1).max(1024);

export const languageSchema = z.enum(languages);
export type Language = z.infer<typeof languageSchema>;

/** The way in which the license comes. */
export const modeSchema = z.enum(modes);
export type Mode = z.infer<typeof modeSchema>;

/** base64url without padding (RFC 4648, 5). */
export const base64UrlSchema = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/)
  .max(8192);

/** Public Ed25519 key as JWK (RFC 8037). In the one canonical form: the key's name is made of the text, and one key has one name. */
export const publicKeySchema = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/),
});
export type PublicKey = z.infer<typeof publicKeySchema>;

/** JWK thumbprint, SHA-256, base64url (RFC 7638): the name of a device. */
export const thumbprintSchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** SHA-256 as lower-case hexadecimal. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** Product code: what a program calls itself, `viga`. Lower case, digits and dashes. */
export const productCodeSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/);

/** Program version, digits separated by points, at most four: `2026.1`. */
export const versionSchema = z.string().regex(/^\d{1,9}(\.\d{1,9}){0,3}$/);

export const platforms = ['windows', 'macos', 'linux'] as const;
export const platformSchema = z.enum(platforms);

/**
 * Salted hashes of hardware components, by name. The raw identifiers never leave the machine (docs/figures.md, "Device").
 * A component that the machine cannot read is absent.
 */
export const componentNames = ['machine', 'smbios', 'board', 'disk', 'cpu', 'network'] as const;
export const componentsSchema = z.partialRecord(z.enum(componentNames), sha256Schema);
export type Components = z.infer<typeof componentsSchema>;

/** A device as it presents itself. `name` is what people see (host name by default), never part of its identity. */
export const deviceSchema = z.strictObject({
  key: publicKeySchema,
  name: lineSchema(100).min(1),
  platform: platformSchema,
  components: componentsSchema,
});
export type DeviceDescription = z.infer<typeof deviceSchema>;

/** Keyset page request. `cursor` is opaque, from the previous answer. */
export const pageSchema = z.object({
  cursor: z.string().max(1000).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
