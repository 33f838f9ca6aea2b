import type { Session } from 'electron';
import { AldabaError, type ErrorCode } from '../../contract/errors.ts';
import type { Http } from '../../core/ports/index.ts';

/** Chromium's network errors (net_error_list.h) that have a meaning of their own for a person; the rest stays as it is. */
const meanings: readonly (readonly [RegExp, ErrorCode])[] = [
  [/ERR_CERT_|ERR_SSL_/, 'portal-certificate'],
  [/ERR_INTERNET_DISCONNECTED|ERR_NAME_NOT_RESOLVED|ERR_ADDRESS_UNREACHABLE|ERR_NETWORK_/, 'network-offline'],
  [/ERR_PROXY_CONNECTION_FAILED|ERR_TUNNEL_CONNECTION_FAILED/, 'network-offline'],
  [/ERR_CONNECTION_REFUSED/, 'portal-refused'],
  [/ERR_(CONNECTION_)?TIMED_OUT/, 'network-timeout'],
  [/ERR_CONTENT_LENGTH_MISMATCH|ERR_INCOMPLETE_CHUNKED_ENCODING/, 'portal-truncated'],
];

/**
 * The core's way to the network through Chromium: the system's proxy, PAC files, NTLM and Kerberos, and the certificates that the
 * system trusts. `session` holds no cookies and no cache.
 */
export function createNetHttp(session: Pick<Session, 'fetch' | 'closeAllConnections'>): Http {
  return {
    async fetch(request) {
      // A body is read first: Chromium buffers it anyway, and a stream would tie the request to this realm's classes.
      const body = request.body === null ? null : await request.arrayBuffer();
      try {
        return await session.fetch(request.url, {
          method: request.method,
          headers: Object.fromEntries(request.headers),
          body,
          signal: request.signal,
          redirect: 'manual',
          credentials: 'omit',
          cache: 'no-store',
        });
      } catch (error) {
        // Chromium ends a manual redirect with this message and keeps status and address to itself.
        if (error instanceof Error && error.message === 'Redirect was cancelled')
          return new Response(null, { status: 302 });
        throw explain(error);
      }
    },
    close: () => session.closeAllConnections(),
  };
}

function explain(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const meaning = meanings.find(([pattern]) => pattern.test(error.message));
  return meaning === undefined
    ? error
    : new AldabaError(meaning[1], error.message, undefined, { cause: error });
}
