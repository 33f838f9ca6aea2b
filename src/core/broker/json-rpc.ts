import type { Socket } from 'node:net';
import type { Clock } from '../ports/clock.ts';
import { createFrameParser, FrameError } from './frame-parser.ts';

/** Codes of JSON-RPC 2.0, 5.1. */
export const rpcCodes = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
} as const;

/** An answer that is a refusal. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: object | undefined;
  constructor(code: number, message: string, data?: object) {
    super(message);
    this.name = 'RpcError';
    this.code = code;
    this.data = data;
  }
}

/** ms in which a frame that began must be whole: a program writes it in one go. */
export const frameTerm = 10_000;
/** Requests of one program that may wait for their answers. */
export const mostPending = 16;
/** Bytes that may wait for a program that does not read; one that lets more pile up is cut off. */
const mostWaiting = 1_048_576;
/** ms for a program to read the last word and close. */
const goodbyeTerm = 1000;

/** One program's end of a connection, within limits. Whatever it sends that is malformed ends it, and it alone. */
export interface RpcPeer {
  notify(method: string, params: object): void;
  /** Says why and closes. */
  end(error: RpcError): void;
}

export interface RpcHandlers {
  /** Answers one request; `signal` aborts when the program cancels it (`$/cancelRequest`, LSP 3.17) or goes away. Throws RpcError to refuse. */
  request(method: string, params: unknown, signal: AbortSignal): Promise<object>;
  /** It was ended from this side. */
  ended(error: RpcError): void;
  closed(): void;
}

type Id = string | number;

/** JSON-RPC 2.0 over a stream, one message per frame, no batches. See docs/adr/0020 for why it is not a library's. */
export function createRpcPeer(socket: Socket, clock: Clock, handlers: RpcHandlers): RpcPeer {
  const parser = createFrameParser();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const pending = new Map<Id, AbortController>();
  let frameTimer: { cancel(): void } | null = null;
  let over = false;

  function send(message: object): void {
    if (!socket.writable) return;
    const json = JSON.stringify(message);
    const length = Buffer.byteLength(json);
    const header = `Content-Length: ${length}\r\n\r\n`;
    // One buffer is one system call; the socket would take longer to encode the text itself.
    const frame = Buffer.allocUnsafe(header.length + length);
    frame.write(header, 0, 'latin1');
    frame.write(json, header.length, 'utf8');
    socket.write(frame);
    if (socket.writableLength > mostWaiting) socket.destroy();
  }

  function end(error: RpcError): void {
    if (over) return;
    over = true;
    frameTimer?.cancel();
    send({ jsonrpc: '2.0', id: null, error: { code: error.code, message: error.message } });
    socket.end();
    const force = clock.setTimer(goodbyeTerm, () => socket.destroy());
    socket.once('close', () => force.cancel());
    handlers.ended(error);
  }

  /** @throws RpcError when it is no message that may be answered */
  function take(body: Uint8Array): void {
    if (over) return;
    let message: unknown;
    try {
      message = JSON.parse(decoder.decode(body));
    } catch {
      throw new RpcError(rpcCodes.parseError, 'not JSON in UTF-8');
    }
    const call = readCall(message);
    if (call === null) throw new RpcError(rpcCodes.invalidRequest, 'not a JSON-RPC 2.0 message');
    if (call.id !== undefined) begin(call.id, call.method, call.params);
    else if (call.method === '$/cancelRequest') pending.get(cancelledId(call.params))?.abort();
  }

  function begin(id: Id, method: string, params: unknown): void {
    if (pending.has(id)) throw new RpcError(rpcCodes.invalidRequest, 'an id is used twice');
    if (pending.size >= mostPending) {
      throw new RpcError(rpcCodes.invalidRequest, `more than ${mostPending} requests at once`);
    }
    const controller = new AbortController();
    pending.set(id, controller);
    handlers
      .request(method, params, controller.signal)
      .then(
        (result) => send({ jsonrpc: '2.0', id, result }),
        (thrown: unknown) => {
          const error =
            thrown instanceof RpcError ? thrown : new RpcError(rpcCodes.internalError, 'internal');
          const { code, message, data } = error;
          send({ jsonrpc: '2.0', id, error: { code, message, data } });
        },
      )
      .finally(() => pending.delete(id));
  }

  socket.on('data', (chunk) => {
    if (over) return;
    try {
      parser.push(chunk, take);
    } catch (error) {
      if (error instanceof FrameError) end(new RpcError(rpcCodes.parseError, error.message));
      else if (error instanceof RpcError) end(error);
      else throw error;
      return;
    }
    if (!parser.partial) {
      frameTimer?.cancel();
      frameTimer = null;
    } else if (frameTimer === null && !over) {
      const late = () => end(new RpcError(rpcCodes.parseError, 'a frame took too long'));
      frameTimer = clock.setTimer(frameTerm, late);
    }
  });
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    over = true;
    frameTimer?.cancel();
    for (const controller of pending.values()) controller.abort();
    handlers.closed();
  });

  return { notify: (method, params) => send({ jsonrpc: '2.0', method, params }), end };
}

/**
 * A request (with `id`) or notification; null for what is neither. An answer to a request of ours would be neither as well: we send none.
 * Written out, because every request of every program passes here.
 */
function readCall(message: unknown): { id: Id | undefined; method: string; params: unknown } | null {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) return null;
  const { jsonrpc, id, method, params } = message as Record<string, unknown>;
  if (jsonrpc !== '2.0' || typeof method !== 'string' || method.length > 100) return null;
  if (id !== undefined && typeof id !== 'number' && !(typeof id === 'string' && id.length <= 100))
    return null;
  if (params !== undefined && (typeof params !== 'object' || params === null)) return null;
  return { id, method, params };
}

function cancelledId(params: unknown): Id {
  const id = typeof params === 'object' && params !== null && 'id' in params ? params.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? id : '';
}
