import { hasBlockedPort } from '../../contract/blocked-ports.ts';
import { AldabaError } from '../../contract/errors.ts';
import { portalAddressSchema } from '../../contract/settings.ts';

function invalid(reason: string): never {
  throw new AldabaError('portal-address-invalid', `not a portal address: ${reason}`, {
    field: 'address',
    detail: reason,
  });
}

/** 127.0.0.0/8 (RFC 5735, 3), ::1 and `localhost` (RFC 6761, 6.3). */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * What a person types, as the address that is kept: https unless said otherwise, lower-case host, no trailing slash, no default port.
 * `portal.example.com/` and `https://Portal.example.com/v1` are both `https://portal.example.com`.
 *
 * @throws AldabaError `portal-address-invalid`: not an address, http to another machine, with user, query or fragment, or at a port that `fetch` does
 * not ask
 */
export function normalizePortalAddress(typed: string): string {
  const text = typed.trim();
  if (text === '') invalid('empty');
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'https' && scheme !== 'http') invalid('scheme');
  let url: URL;
  try {
    url = new URL(scheme === undefined ? `https://${text}` : text);
  } catch {
    invalid('syntax');
  }
  if (url.hostname === '' || /\s/.test(text)) invalid('syntax');
  if (url.username !== '' || url.password !== '') invalid('user');
  if (url.search !== '' || text.includes('?')) invalid('query');
  if (url.hash !== '' || text.includes('#')) invalid('fragment');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) invalid('insecure');
  if (hasBlockedPort(url.origin)) invalid('port');
  const path = url.pathname.replace(/\/+$/, '').replace(/\/v1$/, '');
  const address = portalAddressSchema.safeParse(`${url.protocol}//${url.host}${path}`);
  return address.success ? address.data : invalid('syntax');
}
