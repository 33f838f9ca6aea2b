import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, resolve, sep } from 'node:path';
import { contentPolicy, noncePlaceholder } from '../../contract/window-link.ts';

/** One answer to the request for a file of the window's page. */
export interface PageFile {
  readonly status: 200 | 404;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

const securityHeaders = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'x-frame-options': 'DENY',
  'cache-control': 'no-store',
} as const;

/**
 * The files of the built window, for whichever shell serves them: Electron's scheme or host mode. Only what lies inside `folder`
 * and has a known type is handed out; everything else is 404, without telling why. Every answer carries the content policy; the page gets a new nonce each time.
 *
 * @param folder absolute path of out/renderer
 */
export function createPageFiles(folder: string): (pathname: string) => Promise<PageFile> {
  const root = resolve(folder);
  return async (pathname) => {
    const path = resolveInside(root, pathname);
    const type = path === null ? undefined : types[extname(path)];
    if (path === null || type === undefined) return missing();
    const content = await readFile(path).catch(() => null);
    if (content === null) return missing();
    const nonce = randomBytes(18).toString('base64');
    const body = path.endsWith('.html')
      ? new TextEncoder().encode(content.toString('utf8').replaceAll(noncePlaceholder, nonce))
      : new Uint8Array(content);
    return { status: 200, headers: pageHeaders(type, nonce), body };
  };
}

/** Headers of every answer that belongs to the page, refusals included. */
export function pageHeaders(type: string, nonce: string): Record<string, string> {
  return { 'content-type': type, 'content-security-policy': contentPolicy(nonce), ...securityHeaders };
}

/**
 * The file that an address path names, or null when it would leave `root`. The path is decoded once; a second layer of
 * encoding stays part of the name. Backslashes and colons are refused because Windows reads them as separators and drives (or streams).
 *
 * @param pathname of a parsed URL: starts with `/`
 */
export function resolveInside(root: string, pathname: string): string | null {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (!decoded.startsWith('/') || /[\\:\0]/.test(decoded)) return null;
  const segments = decoded.slice(1).split('/');
  if (segments.length === 1 && segments[0] === '') return join(root, 'index.html');
  // Names that begin with a dot are the build's own notes, and `..`.
  if (segments.some((segment) => segment === '' || segment.startsWith('.'))) return null;
  const path = resolve(root, ...segments);
  return path.startsWith(root + sep) ? path : null;
}

function missing(): PageFile {
  return {
    status: 404,
    headers: pageHeaders('text/plain; charset=utf-8', randomBytes(18).toString('base64')),
    body: new TextEncoder().encode('404\n'),
  };
}
