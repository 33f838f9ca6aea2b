import { z } from 'zod';

/** The screens that a link may bring up. A link carries nothing else: no data, no action. */
export const linkedScreens = ['license', 'programs', 'people', 'settings'] as const;

const deepLinkSchema = z
  .string()
  .max(200)
  .regex(/^aldaba:\/\/open(\/[a-z]{1,20})?\/?$/)
  .transform((link) => link.split('/')[3] ?? '')
  .pipe(z.enum(['', ...linkedScreens]));

/** Empty: the start. */
export type LinkedScreen = z.infer<typeof deepLinkSchema>;

/** What `aldaba://open` or `aldaba://open/<screen>` asks for; null for everything else. */
export function parseDeepLink(link: string): LinkedScreen | null {
  const parsed = deepLinkSchema.safeParse(link);
  return parsed.success ? parsed.data : null;
}
