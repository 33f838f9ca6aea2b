import type { App } from 'electron';
import { z } from 'zod';

export const deepLinkScheme = 'aldaba';

/** The screens that a link may bring up. A link carries nothing else: no data, no action. */
export const linkedScreens = ['license', 'programs', 'people', 'settings'] as const;

const deepLinkSchema = z
  .string()
  .max(200)
  .regex(/^aldaba:\/\/open(\/[a-z]{1,20})?\/?$/)
  .transform((link) => link.split('/')[3] ?? '')
  .pipe(z.enum(['', ...linkedScreens]));

export type LinkedScreen = z.infer<typeof deepLinkSchema>;

/** What `aldaba://open` or `aldaba://open/<screen>` asks for; null for everything else. */
export function parseDeepLink(link: string): LinkedScreen | null {
  const parsed = deepLinkSchema.safeParse(link);
  return parsed.success ? parsed.data : null;
}

/** The first argument that claims to be a link, as Windows and Linux pass it. */
export function deepLinkIn(argv: readonly string[]): string | undefined {
  return argv.find((argument) => argument.toLowerCase().startsWith(`${deepLinkScheme}:`));
}

/**
 * Rule: any page can make a link, so a link only brings the window up on a screen; the person does the rest.
 * A link that is not understood still brings the window up, and nothing more.
 */
export function listenToDeepLinks(app: App, open: (screen: LinkedScreen) => void): void {
  app.on('open-url', (event, url) => {
    event.preventDefault();
    open(parseDeepLink(url) ?? '');
  });
}
