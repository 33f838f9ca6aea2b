import type { Session } from 'electron';
import { networkFault } from '../../core/adapters/network-fault.ts';
import type { Http } from '../../core/ports/index.ts';

/**
 * The core's way to the network through Chromium: the system's proxy, PAC files, NTLM and Kerberos, and the certificates that the
 * system trusts. `session` keeps no cookies and no cache.
 */
export function createNetHttp(session: Pick<Session, 'fetch' | 'closeAllConnections'>): Http {
  return {
    async fetch(request) {
      try {
        // A body is read first: Chromium buffers it anyway, and a stream would tie the request to this realm's classes.
        const body = request.body === null ? null : await request.arrayBuffer();
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
        throw networkFault(error);
      }
    },
    close: () => session.closeAllConnections(),
  };
}
