import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { ErrorCode } from '../contract/errors.ts';
import { wireError } from './errors.ts';

/** What Node found before there was a request; another fault is HTTP that cannot be read. */
const codes: Readonly<Record<string, ErrorCode>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 'request-timeout',
  HPE_HEADER_OVERFLOW: 'headers-too-large',
};

export interface ClientFault {
  readonly error: NodeJS.ErrnoException;
  readonly socket: Socket;
  readonly log: Logger;
  readonly requestId: string;
  /** RFC 9110, 5.6.7. */
  readonly date: string;
}

/** Answers what no hook sees, with the code that every refusal has, and ends the connection, on which nothing can be told apart any more. */
export function answerClientFault({ error, socket, log, requestId, date }: ClientFault): void {
  // Who is gone hears no answer; what follows on a connection that ends brings its own faults.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const code = codes[error.code ?? ''] ?? 'invalid-input';
  const refusal = wireError(code);
  const body = JSON.stringify(refusal.toJSON());
  log.info({ id: requestId, code, reason: error.code }, 'refused');
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    `Date: ${date}`,
    `X-Request-Id: ${requestId}`,
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
