/**
 * How the window reaches the core, and under which content policy its page runs. The same in every shell.
 *
 * Electron: the page's address starts with `aldaba-app:`. The window makes a `MessageChannel` and posts one end to itself:
 * `window.postMessage(portMessage, location.origin, [port])`. The preload hands that port to the core (once per document), which speaks
 * oRPC's MessagePort protocol of `clientContract` on it. Nothing is added to `window`.
 *
 * Host mode: the page is served from `http://127.0.0.1:<port>`. oRPC's RPC protocol is at `rpcPath` of the same origin, over `fetch`
 * (`POST`, cookie and `windowKeyHeader` with the request) or over one WebSocket at the same path, with the window's key as its subprotocol. The key is the
 * answer to a `POST` of `rpcPath` itself. A browser opens at most six HTTP/1.1 connections to an origin over all tabs, so
 * a window that watches the state all the time takes the WebSocket. 401 means that the launch cookie or the key is gone: ask for a new link.
 */
export const portMessage = 'aldaba:port';
export const rpcPath = '/rpc';
/** The window's key, known or asked for. */
export const windowKeyHeader = 'aldaba-window-key';

/** Scheme of the page in Electron. */
export const windowScheme = 'aldaba-app';
/** Address of the page in Electron. */
export const windowOrigin = `${windowScheme}://window`;

/**
 * Stands in `index.html` wherever the content policy's nonce belongs; the shell that serves the page replaces every occurrence with a new one each time.
 * `<meta property="csp-nonce" nonce="__ALDABA_NONCE__">` gives it to the code that adds `<style>` elements.
 */
export const noncePlaceholder = '__ALDABA_NONCE__';

/**
 * Content-Security-Policy (CSP Level 3) of the window. Scripts only from the page's own files; styles from there, or with the nonce; no frames, no
 * plug-ins, no form submissions, no other origin.
 *
 * @param nonce at least 128 bits of randomness, base64 (CSP3, 2.3.1)
 */
export function contentPolicy(nonce: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
