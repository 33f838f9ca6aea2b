import { z } from 'zod';
import { hasBlockedPort } from './blocked-ports.ts';
import { languageSchema, modeSchema } from './primitives.ts';
import { themes, updateChannels } from './setting-values.ts';

/** The loopback hosts, 127.0.0.0/8 (RFC 5735, 3), ::1 and `localhost` (RFC 6761, 6.3), with nothing but a port behind. */
const httpHere = /^http:\/\/(localhost|\[::1\]|127(\.\d{1,3}){3})(:\d*)?(\/|$)/i;

/** Absolute https address of a portal; http only for this machine. No query, no fragment, no port that `fetch` does not ask. */
export const portalAddressSchema = z
  .url({ protocol: /^https?$/ })
  .max(2048)
  .refine((value) => !value.includes('?') && !value.includes('#'), 'no query, no fragment')
  .refine((value) => /^https:/i.test(value) || httpHere.test(value), 'http only on this machine')
  .refine((value) => !hasBlockedPort(value), 'a port that nobody may ask');

const fields = {
  mode: modeSchema.nullable(),
  portal: portalAddressSchema.nullable(),
  proxy: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .nullable(),
  extraCaFile: z.string().max(4096).nullable(),
  language: languageSchema.nullable(),
  theme: z.enum(themes),
  updateChannel: z.enum(updateChannels),
  autoStart: z.boolean(),
  /** There is no telemetry; the setting exists so that IT can state it. */
  telemetry: z.literal(false),
  /** Keep secrets in a file when the machine has no keychain. Only by explicit choice. */
  secretsOnDisk: z.boolean(),
  downloadFolder: z.string().max(4096).nullable(),
};

/**
 * Settings that the policy file, the environment (`ALDABA_*`) and the command line share (docs/deployment.md). The policy file wins, then
 * command line, environment, the person's own choice, defaults.
 */
export const settingsSchema = z.object({
  mode: fields.mode.default(null),
  portal: fields.portal.default(null),
  proxy: fields.proxy.default(null),
  extraCaFile: fields.extraCaFile.default(null),
  language: fields.language.default(null),
  theme: fields.theme.default('system'),
  updateChannel: fields.updateChannel.default('stable'),
  autoStart: fields.autoStart.default(true),
  telemetry: fields.telemetry.default(false),
  secretsOnDisk: fields.secretsOnDisk.default(false),
  downloadFolder: fields.downloadFolder.default(null),
});
export type Settings = z.infer<typeof settingsSchema>;
export type SettingName = keyof Settings;

/** Some settings, no defaults: in zod 4 `settingsSchema.partial()` would fill the absent ones in and so reset them. */
export const settingsChangeSchema = z.object(fields).partial();
export type SettingsChange = z.infer<typeof settingsChangeSchema>;
