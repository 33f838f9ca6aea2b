import { z } from 'zod';

const seconds = z.number().int().positive();

/** Times of the licensing half, in seconds. Defaults and their sources: docs/figures.md, "States". */
export const licensingSettingsSchema = z.object({
  /** A lease of a floating seat [20 min: JetBrains' reclaim of a lost client]. */
  lease: seconds.default(20 * 60),
  /** From the last renewal, how long a program runs on without the portal [60 min: Ansys' tolerance]. */
  runOn: seconds.default(60 * 60),
  /** After that, the countdown before read-only. */
  countdown: z
    .number()
    .int()
    .nonnegative()
    .default(15 * 60),
  /** The offline pass of a named seat [30 d: Autodesk's offline limit]. */
  pass: seconds.default(30 * 86_400),
  /** Between two renewals of a lease; each answer spreads it by `spread`. */
  heartbeat: seconds.default(5 * 60),
  /** Between two renewals of a pass, and of what is borrowed. */
  passRenewal: seconds.default(86_400),
  /** Part by which the time to the next renewal varies, so that devices that started together do not come together. */
  spread: z.number().min(0).max(0.5).default(0.1),
  /** How long a download address is good. */
  downloadLink: seconds.default(10 * 60),
});
export type LicensingSettings = z.infer<typeof licensingSettingsSchema>;
