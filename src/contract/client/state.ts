import { z } from 'zod';
import { licenseStateSchema, permitSchema } from '../broker.ts';
import { rightKindSchema } from '../documents.ts';
import { membershipSchema, profileSchema } from '../portal/profile.ts';
import { idSchema, instantSchema, modeSchema, platformSchema, productCodeSchema } from '../primitives.ts';
import { settingsSchema } from '../settings.ts';
import { problemSchema } from './problem.ts';

/** A program that asks or runs: one connection to the broker. */
export const useSchema = z.object({
  id: idSchema,
  program: productCodeSchema,
  version: z.string(),
  since: instantSchema,
  state: z.enum(['waiting', 'running']),
});
export type Use = z.infer<typeof useSchema>;

const step = { busy: z.boolean(), problem: problemSchema.nullable() };

/** Where the first run stands: a union of steps, each with its own busy flag and problem. */
export const setupStepSchema = z.discriminatedUnion('step', [
  z.object({
    step: z.literal('choose-mode'),
    ...step,
    recommended: modeSchema,
    fixed: modeSchema.nullable(),
  }),
  z.object({
    step: z.literal('portal-address'),
    ...step,
    mode: modeSchema,
    address: z.string(),
    fixed: z.boolean(),
  }),
  z.object({
    step: z.literal('sign-in'),
    ...step,
    email: z.string(),
    portal: z.string(),
    resetRequested: z.boolean(),
  }),
  z.object({
    step: z.literal('choose-account'),
    ...step,
    accounts: z.array(membershipSchema),
    portal: z.string(),
  }),
  z.object({ step: z.literal('enter-key'), ...step, portal: z.string() }),
  z.object({
    step: z.literal('standalone'),
    ...step,
    portal: z.string().nullable(),
    requestedAt: instantSchema.nullable(),
    /** Licenses of this device that are on it since an earlier time in this mode: `setup.takeStored` goes back to them, with no key and no network. */
    stored: z.array(z.object({ productName: z.string(), expiresAt: instantSchema.nullable() })).default([]),
  }),
  z.object({ step: z.literal('done'), ...step, mode: modeSchema }),
]);
export type SetupStep = z.infer<typeof setupStepSchema>;

export const warningSchema = z.object({
  kind: z.enum(['expires', 'run-on', 'countdown', 'grace', 'pass-ends', 'clock', 'device', 'offline']),
  /** When what it warns of happens. */
  at: instantSchema.nullable(),
});

/** One product's license on this device, as people see it. */
export const licenseViewSchema = z.object({
  product: productCodeSchema,
  productName: z.string(),
  state: licenseStateSchema,
  permit: permitSchema,
  kind: rightKindSchema.nullable(),
  seatKind: z.enum(['named', 'floating']).nullable(),
  accountName: z.string(),
  holder: z.string().nullable(),
  /** End of the right itself; null = perpetual or none. */
  expiresAt: instantSchema.nullable(),
  /** Until when `permit` stays as it is with no contact at all. */
  until: instantSchema.nullable(),
  renewedAt: instantSchema.nullable(),
  /** Most days that it can be borrowed for now; 0 = not at all. */
  borrowDays: z.number().int().nonnegative(),
  warnings: z.array(warningSchema),
  problem: problemSchema.nullable(),
  programs: z.array(useSchema),
});
export type LicenseView = z.infer<typeof licenseViewSchema>;

/** Components by name: same, changed, missing now, or new. Never the identifiers. */
export const deviceViewSchema = z.object({
  name: z.string(),
  thumbprint: z.string(),
  platform: platformSchema,
  match: z.enum(['match', 'drift', 'mismatch', 'unknown']),
  /** 0 to 100 over the readable components' weights. */
  score: z.number().int().min(0).max(100).nullable(),
  components: z.array(z.object({ name: z.string(), change: z.enum(['same', 'changed', 'missing', 'new']) })),
});

export const downloadSchema = z.object({
  releaseId: idSchema,
  fileName: z.string(),
  state: z.enum(['downloading', 'paused', 'verifying', 'ready', 'failed']),
  /** Bytes. */
  received: z.number().int().nonnegative(),
  size: z.number().int().nonnegative(),
  /** Bytes per second over the last seconds; 0 when not moving. */
  rate: z.number().nonnegative(),
  path: z.string().nullable(),
  problem: problemSchema.nullable(),
});
export type Download = z.infer<typeof downloadSchema>;

export const keychainSchema = z.object({
  /** Which store keeps the secrets now. `memory`: sign in again at each start. */
  backend: z.enum(['secret-service', 'macos-keychain', 'windows-credentials', 'file', 'memory']),
  state: z.enum(['ok', 'unavailable', 'locked', 'denied']),
});

export const connectionSchema = z.object({
  state: z.enum(['online', 'offline', 'unknown', 'not-needed']),
  since: instantSchema.nullable(),
  problem: problemSchema.nullable(),
});

/** Everything the window shows that is not a page of a table: one snapshot, sent whole at every change. */
export const appStateSchema = z.object({
  client: z.object({
    version: z.string(),
    shell: z.enum(['electron', 'browser', 'cli', 'test']),
    platform: platformSchema,
    /** Whether the shell can start with the computer: where it cannot, the setting `autoStart` does nothing and is not shown. */
    canAutoStart: z.boolean(),
  }),
  setup: setupStepSchema,
  profile: profileSchema.nullable(),
  /** When the session ends, once that is so near that its person should sign in again: that works while it lasts, and changes nothing else. */
  sessionEnds: instantSchema.nullable().default(null),
  connection: connectionSchema,
  keychain: keychainSchema,
  device: deviceViewSchema,
  /** null: not read yet, because the keychain did not open so far (`keychain` says whether it waits for its person). */
  licenses: z.array(licenseViewSchema).nullable(),
  /** Licenses that were given back here and that the portal does not know of yet: `licenses.receipt` hands their receipts out again. */
  returned: z.array(
    z.object({
      product: productCodeSchema,
      productName: z.string(),
      kind: z.enum(['license', 'borrow']),
    }),
  ),
  /** Programs that wait for the sign-in or run now. */
  uses: z.array(useSchema),
  downloads: z.array(downloadSchema),
  settings: settingsSchema,
  /** Settings that are fixed: shown, not editable. */
  lockedSettings: z.array(z.string()),
  /** Those of them that no policy fixes, but how the client was started: its environment or command line. */
  lockedAtStart: z.array(z.string()),
  /** Things the person should know until they are gone or dismissed. */
  notices: z.array(problemSchema.extend({ id: z.string(), level: z.enum(['info', 'warning', 'error']) })),
});
export type AppState = z.infer<typeof appStateSchema>;
