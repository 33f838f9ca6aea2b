import { z } from 'zod';
import { languageSchema, modeSchema } from './primitives.ts';

/** Absolute https address of a portal; http only for this machine (loopback), which the core checks. No query, no fragment. */
export const portalAddressSchema = z
  .url({ protocol: /^https?$/ })
  .max(2048)
  .refine((value) => !value.includes('?') && !value.includes('#'), 'no query, no fragment');

/**
 * Settings that installer parameters, the policy file, the environment (`ALDABA_*`) and the command line share
 * (licensing.md, "Deployment"). The policy file wins, then command line, environment, the person's own choice, defaults.
 */
export const settingsSchema = z.object({
  mode: modeSchema.nullable().default(null),
  portal: portalAddressSchema.nullable().default(null),
  proxy: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .nullable()
    .default(null),
  extraCaFile: z.string().max(4096).nullable().default(null),
  language: languageSchema.nullable().default(null),
  theme: z.enum(['system', 'light', 'dark']).default('system'),
  updateChannel: z.enum(['stable', 'preview', 'off']).default('stable'),
  autoStart: z.boolean().default(true),
  /** There is no telemetry; the setting exists so that IT can state it. */
  telemetry: z.literal(false).default(false),
  /** Keep secrets in a file when the machine has no keychain. Only by explicit choice. */
  secretsOnDisk: z.boolean().default(false),
  downloadFolder: z.string().max(4096).nullable().default(null),
});
export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;
