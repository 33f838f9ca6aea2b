const loopback = new Set(['127.0.0.1', '[::1]', 'localhost']);

/**
 * Rule: only a parsed address goes to the operating system: https (http for this machine alone), no user name or password in it,
 * and an origin that is on the list.
 *
 * @param address what the page or the core asks for
 * @param allowed origins, such as the portal's
 * @returns the normalized address, or null when it is refused
 */
export function externalLink(address: string, allowed: readonly string[]): string | null {
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback.has(url.hostname))) return null;
  if (url.username !== '' || url.password !== '') return null;
  return allowed.some((origin) => URL.canParse(origin) && new URL(origin).origin === url.origin)
    ? url.href
    : null;
}
