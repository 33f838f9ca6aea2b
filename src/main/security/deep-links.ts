import type { App } from 'electron';
import type { LinkedScreen } from './parse-deep-link.ts';

export const deepLinkScheme = 'aldaba';

/** The first argument that claims to be a link, as Windows and Linux pass it. */
export function deepLinkIn(argv: readonly string[]): string | undefined {
  return argv.find((argument) => argument.toLowerCase().startsWith(`${deepLinkScheme}:`));
}

/**
 * Rule: any page can make a link, so a link only brings the window up on a screen; the person does the rest.
 * A link that is not understood still brings the window up, and nothing more.
 */
export function listenToDeepLinks(app: App, open: (link: string) => void): void {
  app.on('open-url', (event, link) => {
    event.preventDefault();
    open(link);
  });
}

/** The screen that a link asks for; the start for none and for one that is not understood. Loads the schema when there is a link. */
export async function screenOf(link: string | undefined): Promise<LinkedScreen> {
  if (link === undefined) return '';
  const { parseDeepLink } = await import('./parse-deep-link.ts');
  return parseDeepLink(link) ?? '';
}
