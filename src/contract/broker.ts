import { z } from 'zod';
import { borrowDays, jwsSchema, rightKindSchema } from './documents.ts';
import { errorCodeSchema, errorDataSchema } from './errors.ts';
import {
  base64UrlSchema,
  instantSchema,
  lineSchema,
  modeSchema,
  productCodeSchema,
  publicKeySchema,
  versionSchema,
} from './primitives.ts';

/**
 * Broker protocol, version 1: JSON-RPC 2.0 with the base protocol framing of LSP 3.17 (`Content-Length` header), over a
 * Unix socket or a Windows named pipe. One connection is one use: when it closes, the use ends.
 */
export const brokerProtocolVersion = 1;

/** File in the runtime folder, readable by its person alone, that says where the broker answers. */
export const brokerEndpointFile = 'broker.json';
export const brokerEndpointSchema = z.object({
  protocolVersion: z.literal(brokerProtocolVersion),
  /** Path of a Unix socket, or name of a Windows pipe. */
  address: z.string().min(1).max(1024),
  /** To be said in `initialize`; null over a Unix socket, whose folder keeps others out. */
  secret: base64UrlSchema.length(43).nullable(),
  pid: z.number().int().positive(),
});
export type BrokerEndpoint = z.infer<typeof brokerEndpointSchema>;

/** Where a license stands. `full` may compute; `read-only` may open, save and export; `none` has nothing to run with. */
export const permitSchema = z.enum(['full', 'read-only', 'none']);
export type Permit = z.infer<typeof permitSchema>;

export const licenseStates = [
  'unconfigured',
  'needs-identity',
  'acquiring',
  'queued',
  'active',
  'renewing',
  'expiring',
  'run-on',
  'read-only',
  'borrowed',
  'revoked',
  'clock-suspect',
  'device-drift',
  'released',
] as const;
export const licenseStateSchema = z.enum(licenseStates);
export type LicenseState = z.infer<typeof licenseStateSchema>;

export const initializeInputSchema = z.object({
  protocolVersion: z.number().int().positive(),
  program: productCodeSchema,
  version: versionSchema,
  /** 128 to 512 bits chosen by the program; the broker signs it with the device key. */
  nonce: base64UrlSchema.min(22).max(86),
  language: z.string().max(35).optional(),
  /** Only over a Windows named pipe: the text from the endpoint file that this user alone can read. */
  secret: base64UrlSchema.length(43).optional(),
});
export const initializeOutputSchema = z.object({
  protocolVersion: z.literal(brokerProtocolVersion),
  client: z.object({ name: z.literal('aldaba'), version: z.string() }),
  mode: modeSchema.nullable(),
  deviceKey: publicKeySchema,
  /** Ed25519 over the ASCII bytes `aldaba-broker-v1\n<program>\n<nonce>`, base64url. */
  nonceSignature: base64UrlSchema,
});

export const acquireInputSchema = z.object({
  features: z.array(lineSchema(64)).max(64).default([]),
  /** false: answer `not-licensed` or `needs sign-in` at once, never open a window. */
  interactive: z.boolean().default(true),
});
export const brokerLicenseSchema = z.object({
  state: licenseStateSchema,
  permit: permitSchema,
  /** Compact JWS with its chain in the header; the program verifies it itself. Absent when there is none. */
  document: jwsSchema.optional(),
  kind: rightKindSchema.optional(),
  /** Until when `permit` stays as it is if nothing else happens. */
  until: instantSchema.optional(),
  /** Sentence in the person's language; for the program's status bar. */
  message: z.string().max(1000).optional(),
  reason: errorCodeSchema.optional(),
});
export type BrokerLicense = z.infer<typeof brokerLicenseSchema>;

export const borrowInputSchema = z.object({
  days: z.number().int().min(1).max(borrowDays.most).default(borrowDays.usual),
});
export const diagnoseOutputSchema = z.object({
  clientVersion: z.string(),
  mode: modeSchema.nullable(),
  portal: z.string().nullable(),
  connection: z.enum(['online', 'offline', 'unknown', 'not-needed']),
  keychain: z.string(),
  programs: z.number().int(),
});

/** Method name -> schemas. `null` output: nothing to say. */
export const brokerMethods = {
  initialize: { input: initializeInputSchema, output: initializeOutputSchema },
  'license/acquire': { input: acquireInputSchema, output: brokerLicenseSchema },
  'license/status': { input: z.object({}).optional(), output: brokerLicenseSchema },
  'license/release': { input: z.object({}).optional(), output: z.object({ released: z.boolean() }) },
  'license/borrow': { input: borrowInputSchema.prefault({}), output: brokerLicenseSchema },
  'license/return': { input: z.object({}).optional(), output: brokerLicenseSchema },
  diagnose: { input: z.object({}).optional(), output: diagnoseOutputSchema },
} as const;
export type BrokerMethod = keyof typeof brokerMethods;

export const brokerNotifications = {
  'license/changed': brokerLicenseSchema,
  'license/message': z.object({ level: z.enum(['info', 'warning', 'error']), text: z.string().max(1000) }),
} as const;

/**
 * JSON-RPC error: `code` is one number for all refusals of the product (-32000, "server error" range of JSON-RPC 2.0, 5.1),
 * the stable code and the person's sentence are in `data`.
 */
export const brokerErrorCode = -32000;
export const brokerErrorDataSchema = z.object({
  code: errorCodeSchema,
  message: z.string(),
  next: z.string(),
  data: errorDataSchema,
});
