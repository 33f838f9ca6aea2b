import type { Session } from 'electron';
import { networkFault } from '../../core/adapters/network-fault.ts';
import { createUndiciHttp } from '../../core/adapters/undici-http.ts';
import type { Http } from '../../core/ports/index.ts';

/** The first proxy of a PAC answer (`PROXY host:port; DIRECT`) as an address; null: none. */
function firstProxy(answer: string): string | null {
  const [, kind, host] = /^\s*(PROXY|HTTPS)\s+([^;\s]+)/.exec(answer) ?? [];
  return host === undefined ? null : `${kind === 'HTTPS' ? 'https' : 'http'}://${host}`;
}

/**
 * The core's way to the network through Chromium: the system's proxy, PAC files, NTLM and Kerberos, and the certificates that the
 * system trusts. `session` keeps no cookies and no cache.
 */
export function createNetHttp(
  session: Pick<Session, 'fetch' | 'resolveProxy' | 'closeAllConnections'>,
): Required<Http> {
  return {
    async fetch(request) {
      try {
        return await session.fetch(request.url, {
          method: request.method,
          headers: Object.fromEntries(request.headers),
          body: request.body,
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
    async inspect(url, signal) {
      // Chromium does not show certificates before a request fails: another connection the same way is looked at.
      const proxy = firstProxy(await session.resolveProxy(url));
      const same = createUndiciHttp({ network: () => ({ proxy, extraCaFile: null }) });
      try {
        const found = await same.inspect(url, signal);
        return { ...found, proxy: found.proxy === null ? null : { ...found.proxy, source: 'system' } };
      } finally {
        await same.close();
      }
    },
    close: () => session.closeAllConnections(),
  };
}
