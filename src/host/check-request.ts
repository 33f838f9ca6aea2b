import type { IncomingMessage } from 'node:http';

export type Refusal = 'wrong-host' | 'foreign-origin' | 'cross-site';

/**
 * What every request must be before anything looks at it: sent to this machine's number and port, by name and by address (a rebound
 * DNS name arrives with its own `Host`), and not started by another page. A page of ours sends its origin with everything but navigation.
 *
 * @param origin of this host, `http://127.0.0.1:<port>`
 * @returns why it is refused; null when it is not
 */
export function checkRequest(
  request: Pick<IncomingMessage, 'headers' | 'method'>,
  origin: string,
): Refusal | null {
  const { host, origin: claimed } = request.headers;
  const site = request.headers['sec-fetch-site'];
  if (host !== new URL(origin).host) return 'wrong-host';
  if (claimed !== undefined && claimed !== origin) return 'foreign-origin';
  const reads = request.method === 'GET' || request.method === 'HEAD';
  const upgrades = request.headers.upgrade !== undefined;
  // Browsers send `Origin` with every POST and every WebSocket; what does not is no browser, and no page of ours.
  if ((!reads || upgrades) && claimed === undefined) return 'foreign-origin';
  // A link from elsewhere may bring the person here; anything else from elsewhere may not (Fetch Metadata).
  const navigates = reads && request.headers['sec-fetch-mode'] === 'navigate';
  if (site !== undefined && site !== 'same-origin' && site !== 'none' && !navigates) return 'cross-site';
  return null;
}

/** The value of a cookie; the first of that name counts. */
export function readCookie(header: string | undefined, name: string): string | null {
  for (const pair of header?.split(';') ?? []) {
    const [key, ...value] = pair.trim().split('=');
    if (key === name) return value.join('=');
  }
  return null;
}
