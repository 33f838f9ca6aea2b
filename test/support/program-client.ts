import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

export interface RpcError {
  code: number;
  message: string;
  data?: { code: string; message: string; next: string; data?: Record<string, unknown> };
}
interface Message {
  id?: number | string | null;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: RpcError;
}

/** An answer that was a refusal. */
export class Refusal extends Error {
  readonly rpc: RpcError;
  constructor(rpc: RpcError) {
    super(`${rpc.code} ${rpc.data?.code ?? rpc.message}`);
    this.rpc = rpc;
  }
}

/** A program as another vendor would write it: a socket, `Content-Length` and JSON, nothing of the product's own code. */
export interface ProgramClient {
  readonly socket: Socket;
  request(method: string, params?: unknown): Promise<Record<string, unknown>>;
  /** Sends a request and says its id, for cancelling. */
  begin(method: string, params?: unknown): { id: number; answer: Promise<Record<string, unknown>> };
  notify(method: string, params?: unknown): void;
  send(bytes: string | Uint8Array): void;
  initialize(program: string, change?: Record<string, unknown>): Promise<Record<string, unknown>>;
  readonly notifications: { method: string; params: Record<string, unknown> }[];
  /** Messages without a request of ours, such as the last word before the broker closes. */
  readonly strays: Message[];
  /** Resolves when the broker closed the connection. */
  readonly closed: Promise<void>;
  close(): void;
}

export function frameOf(message: unknown): string {
  const json = typeof message === 'string' ? message : JSON.stringify(message);
  return `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
}

/** @param secret what the broker's file says beside its address, where it is a pipe */
export async function connectProgram(address: string, secret: string | null = null): Promise<ProgramClient> {
  const socket = connect(address);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  const waiting = new Map<
    number,
    { resolve(result: Record<string, unknown>): void; reject(error: Error): void }
  >();
  const notifications: ProgramClient['notifications'] = [];
  const strays: Message[] = [];
  let buffered = Buffer.alloc(0);
  let nextId = 1;

  function take(message: Message): void {
    if (message.method !== undefined) {
      notifications.push({ method: message.method, params: message.params ?? {} });
      return;
    }
    const waiter = typeof message.id === 'number' ? waiting.get(message.id) : undefined;
    if (waiter === undefined) {
      strays.push(message);
      return;
    }
    waiting.delete(message.id as number);
    if (message.error === undefined) waiter.resolve(message.result ?? {});
    else waiter.reject(new Refusal(message.error));
  }

  socket.on('data', (chunk) => {
    buffered = buffered.length === 0 ? chunk : Buffer.concat([buffered, chunk]);
    for (;;) {
      const end = buffered.indexOf('\r\n\r\n');
      if (end < 0) return;
      const length = Number(/content-length:\s*(\d+)/i.exec(buffered.toString('latin1', 0, end))?.[1]);
      if (buffered.length < end + 4 + length) return;
      const body = buffered.toString('utf8', end + 4, end + 4 + length);
      buffered = buffered.subarray(end + 4 + length);
      take(JSON.parse(body));
    }
  });
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) =>
    socket.once('close', () => {
      for (const { reject } of waiting.values()) reject(new Error('closed'));
      resolve();
    }),
  );

  function begin(method: string, params?: unknown) {
    const id = nextId++;
    const answer = new Promise<Record<string, unknown>>((resolve, reject) =>
      waiting.set(id, { resolve, reject }),
    );
    socket.write(frameOf({ jsonrpc: '2.0', id, method, ...(params === undefined ? {} : { params }) }));
    return { id, answer };
  }

  return {
    socket,
    begin,
    request: (method, params) => begin(method, params).answer,
    notify: (method, params) => void socket.write(frameOf({ jsonrpc: '2.0', method, params })),
    send: (bytes) => void socket.write(bytes),
    initialize: (program, change = {}) =>
      begin('initialize', {
        protocolVersion: 1,
        program,
        version: '2026.1',
        nonce: randomBytes(32).toString('base64url'),
        ...(secret === null ? {} : { secret }),
        ...change,
      }).answer,
    notifications,
    strays,
    closed,
    close: () => socket.destroy(),
  };
}
