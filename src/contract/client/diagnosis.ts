import { z } from 'zod';
import { licenseStateSchema, permitSchema } from '../broker.ts';
import { rightKindSchema } from '../documents.ts';
import { errorCodeSchema } from '../errors.ts';
import { instantSchema, modeSchema, platformSchema, productCodeSchema } from '../primitives.ts';
import { problemSchema } from './problem.ts';
import { connectionSchema, deviceViewSchema, keychainSchema } from './state.ts';

/** Lines of the log in a diagnosis. */
export const diagnosisLogLines = 200;

/** One certificate of the chain that a server shows. Names as OpenSSL writes them, `CN=…, O=…`. */
export const certificateSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  validFrom: instantSchema,
  validTo: instantSchema,
  /** SHA-256 in hexadecimal with colons. */
  fingerprint: z.string(),
});
export type Certificate = z.infer<typeof certificateSchema>;

/** How requests to the portal leave this machine, and what they meet. */
export const networkReportSchema = z.object({
  /** Without user and password. null: none is used for the portal. */
  proxy: z.object({ address: z.string(), source: z.enum(['settings', 'environment', 'system']) }).nullable(),
  extraCaFile: z.string().nullable(),
  /** Own certificate first; empty where nobody answered, and for http. */
  certificates: z.array(certificateSchema).max(20),
  /** Whether this machine trusts them; null where there are none. */
  trusted: z.boolean().nullable(),
  /** Why not, by OpenSSL's name: `CERT_HAS_EXPIRED`, `SELF_SIGNED_CERT_IN_CHAIN`. */
  distrust: z.string().nullable(),
});
export type NetworkReport = z.infer<typeof networkReportSchema>;

/** What works on this machine and what does not, for support. No secret, and no name or address of a person. */
export const diagnosisSchema = z.object({
  at: instantSchema,
  client: z.object({
    version: z.string(),
    shell: z.enum(['electron', 'browser', 'cli', 'test']),
    platform: platformSchema,
  }),
  mode: modeSchema.nullable(),
  /** Asked now; null: no portal is set. */
  portal: z.object({ address: z.string(), problem: problemSchema.nullable() }).nullable(),
  /** As calls found it so far. */
  connection: connectionSchema,
  /** null while no portal is set. */
  network: networkReportSchema.nullable(),
  /** null: not read yet. */
  licenses: z
    .array(
      z.object({
        product: productCodeSchema,
        state: licenseStateSchema,
        permit: permitSchema,
        kind: rightKindSchema.nullable(),
        seatKind: z.enum(['named', 'floating']).nullable(),
        expiresAt: instantSchema.nullable(),
        until: instantSchema.nullable(),
        renewedAt: instantSchema.nullable(),
        problem: errorCodeSchema.nullable(),
      }),
    )
    .nullable(),
  device: deviceViewSchema.pick({ match: true, score: true }).extend({
    /** Names of components that are not as they were; never the identifiers. */
    changed: deviceViewSchema.shape.components,
  }),
  keychain: keychainSchema,
  clock: z.object({
    /** null while the mark is not read. */
    verdict: z.enum(['ok', 'warned', 'suspect']).nullable(),
    /** How far the clock stands behind the latest time that it showed. Seconds. */
    back: z.number().int().nonnegative(),
    /** Portal's time minus this machine's, in seconds; null before the first contact. */
    portalOffset: z.number().int().nullable(),
  }),
  /** Folders of the profile that take no file now, the home folder written as `~`. */
  folders: z.array(problemSchema.pick({ code: true }).extend({ file: z.string() })),
  /** Programs that wait or run. */
  programs: z.number().int().nonnegative(),
  /** Names of the settings that are fixed, by policy or by how the client was started. */
  lockedSettings: z.array(z.string()),
  /** `file`: what one is about, the home folder written as `~`; `field`: the setting. */
  notices: z.array(
    problemSchema
      .pick({ code: true, at: true })
      .extend({ file: z.string().nullable(), field: z.string().nullable() }),
  ),
  /** The newest lines of all the profile's logs, oldest first, secrets taken out. */
  log: z.array(z.string()).max(diagnosisLogLines),
});
export type Diagnosis = z.infer<typeof diagnosisSchema>;
