import type { Protocol } from 'electron';
import { windowScheme } from '../../contract/window-link.ts';
import { createPageFiles, pageHeaders } from '../../core/shell/page-files.ts';
import { isWindowAddress } from './navigation.ts';

/** Once, before the app is ready: the scheme behaves like https for the page, and compiled code is kept between starts. */
export function registerWindowScheme(protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>): void {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: windowScheme,
      privileges: {
        standard: true,
        secure: true,
        supportFetchAPI: true,
        codeCache: true,
        bypassCSP: false,
        corsEnabled: false,
        allowServiceWorkers: false,
        allowExtensions: false,
        stream: false,
      },
    },
  ]);
}

/**
 * Rule: no `file://`. The page comes from the scheme of its own, read-only, from inside one folder.
 *
 * @param folder absolute path of out/renderer
 */
export function serveWindow(protocol: Pick<Protocol, 'handle'>, folder: string): void {
  const read = createPageFiles(folder);
  protocol.handle(windowScheme, async (request) => {
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405);
    if (!isWindowAddress(request.url)) return refuse(404);
    const { status, headers, body } = await read(new URL(request.url).pathname);
    return new Response(request.method === 'HEAD' ? null : body, { status, headers });
  });
}

function refuse(status: 404 | 405): Response {
  return new Response(`${status}\n`, { status, headers: pageHeaders('text/plain; charset=utf-8', 'none') });
}
