import { AldabaError, type ErrorCode } from '../../contract/errors.ts';

/** Names that Node, undici and Chromium give to what went wrong before an answer was complete, by the code that people see. */
const faults: readonly (readonly [ErrorCode, RegExp])[] = [
  // OpenSSL's X509_V_ERR_* names as Node passes them on, Node's own check of names, Chromium's net::ERR_CERT_*.
  [
    'portal-certificate',
    /^(CERT_|ERR_TLS_CERT_|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT|UNABLE_TO_|HOSTNAME_MISMATCH$|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_EXCEEDED$|CRL_|ERR_CERT_|ERR_SSL_PINNED|UND_ERR_PRX_TLS$)/,
  ],
  [
    'network-timeout',
    /^(ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|TimeoutError|ERR_(CONNECTION_)?TIMED_OUT)$/,
  ],
  [
    'network-offline',
    /^(ENOTFOUND|EAI_\w+|ECONNREFUSED|ENETUNREACH|EHOSTUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL|ERR_(INTERNET_DISCONNECTED|NETWORK_IO_SUSPENDED|NETWORK_ACCESS_DENIED|NAME_NOT_RESOLVED|NAME_RESOLUTION_FAILED|CONNECTION_(REFUSED|FAILED)|ADDRESS_UNREACHABLE|NETWORK_CHANGED|PROXY_CONNECTION_FAILED|TUNNEL_CONNECTION_FAILED))$/,
  ],
  ['cancelled', /^(AbortError|ABORT_ERR|UND_ERR_ABORTED|ERR_ABORTED)$/],
  [
    'portal-truncated',
    /^(ECONNRESET|EPIPE|UND_ERR_SOCKET|UND_ERR_RES_CONTENT_LENGTH_MISMATCH|HPE_INVALID_EOF_STATE|ERR_(CONTENT_LENGTH_MISMATCH|INCOMPLETE_CHUNKED_ENCODING|CONNECTION_(RESET|CLOSED|ABORTED)|EMPTY_RESPONSE))$/,
  ],
];

/** The error itself and whatever it wraps, outermost first; `AggregateError` carries one per address tried. */
function* unfold(error: unknown, depth = 0): Generator<Error> {
  if (!(error instanceof Error) || depth > 8) return;
  yield error;
  if (error instanceof AggregateError) for (const inner of error.errors) yield* unfold(inner, depth + 1);
  yield* unfold(error.cause, depth + 1);
}

/**
 * The product's error for a failed request: by the first name along the chain of causes that says more than "fetch failed".
 * What no rule knows is `portal-failed`, unless it was this machine that did not let the connection be made (a firewall's EACCES, Windows' UNKNOWN).
 */
export function networkFault(error: unknown): AldabaError {
  if (error instanceof AldabaError) return error;
  const names: string[] = [];
  let connecting = false;
  for (const inner of unfold(error)) {
    if (inner instanceof AldabaError) return inner;
    if ('code' in inner && typeof inner.code === 'string') names.push(inner.code);
    if ('syscall' in inner && inner.syscall === 'connect') connecting = true;
    // Electron's net module says it in the message alone: net::ERR_CERT_AUTHORITY_INVALID.
    const chromium = /^net::(ERR_\w+)/.exec(inner.message)?.[1];
    if (chromium !== undefined) names.push(chromium);
    names.push(inner.name);
    if (/^Proxy response \((\d+)\)/.test(inner.message)) {
      const status = /\((\d+)\)/.exec(inner.message)?.[1];
      return new AldabaError(
        'portal-refused',
        inner.message,
        { detail: `proxy ${status}` },
        { cause: error },
      );
    }
    if (inner.message === 'terminated') names.push('ECONNRESET');
  }
  for (const [code, pattern] of faults) {
    const name = names.find((candidate) => pattern.test(candidate));
    if (name !== undefined)
      return new AldabaError(code, `${code}: ${name}`, { detail: name }, { cause: error });
  }
  const detail = names.find((name) => name !== 'TypeError' && name !== 'Error') ?? 'unknown';
  const code = connecting ? 'network-offline' : 'portal-failed';
  return new AldabaError(code, `request failed: ${detail}`, { detail }, { cause: error });
}
