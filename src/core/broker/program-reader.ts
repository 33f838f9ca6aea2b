import type { Socket } from 'node:net';
import { AbstractMessageReader, type DataCallback, type Disposable, type Message } from 'vscode-jsonrpc/node';
import { z } from 'zod';
import type { Clock } from '../ports/clock.ts';
import { createFrameParser } from './frame-parser.ts';

/** JSON-RPC 2.0, 4 and 5. One object per frame: the base protocol has no batches. */
const messageSchema = z.union([
  z.looseObject({
    jsonrpc: z.literal('2.0'),
    method: z.string().max(100),
    id: z.union([z.string().max(100), z.number()]).optional(),
    params: z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]).optional(),
  }),
  // An answer to a request of ours. We send none, so the library drops it.
  z.looseObject({
    jsonrpc: z.literal('2.0'),
    id: z.union([z.string(), z.number(), z.null()]),
    method: z.undefined(),
  }),
]);

/** JSON-RPC 2.0, 5.1. */
export const parseError = -32700;
export const invalidRequest = -32600;

/** A frame that is no message; `code` is JSON-RPC's. */
export class MalformedMessage extends Error {
  readonly code: number;
  constructor(code: number, message: string) {
    super(message);
    this.name = 'MalformedMessage';
    this.code = code;
  }
}

/** ms in which a frame that began must be whole: a program writes it in one go. */
export const frameTerm = 10_000;

/** Reads one program's messages within limits. Whatever is malformed ends it: `fail` is called once, and nothing more is read. */
export class ProgramReader extends AbstractMessageReader {
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #fail: (error: Error) => void;
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  #timer: { cancel(): void } | null = null;
  #over = false;

  constructor(socket: Socket, clock: Clock, fail: (error: Error) => void) {
    super();
    this.#socket = socket;
    this.#clock = clock;
    this.#fail = fail;
  }

  override listen(callback: DataCallback): Disposable {
    const parser = createFrameParser();
    const onBody = (body: Uint8Array) => {
      if (!this.#over) callback(this.#parse(body));
    };
    const onData = (chunk: Buffer) => {
      if (this.#over) return;
      try {
        parser.push(chunk, onBody);
      } catch (error) {
        this.#stop(
          error instanceof MalformedMessage ? error : new MalformedMessage(parseError, String(error)),
        );
        return;
      }
      if (!parser.partial) {
        this.#timer?.cancel();
        this.#timer = null;
      } else if (this.#timer === null) {
        this.#timer = this.#clock.setTimer(frameTerm, () =>
          this.#stop(new MalformedMessage(parseError, 'a frame took too long')),
        );
      }
    };
    this.#socket.on('data', onData);
    this.#socket.once('close', () => {
      this.#over = true;
      this.#timer?.cancel();
      this.fireClose();
    });
    return { dispose: () => void this.#socket.off('data', onData) };
  }

  #parse(body: Uint8Array): Message {
    let raw: unknown;
    try {
      raw = JSON.parse(this.#decoder.decode(body));
    } catch {
      throw new MalformedMessage(parseError, 'not JSON in UTF-8');
    }
    const message = messageSchema.safeParse(raw);
    if (!message.success) throw new MalformedMessage(invalidRequest, 'not a JSON-RPC 2.0 message');
    return raw as Message;
  }

  #stop(error: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#timer?.cancel();
    this.#fail(error);
  }
}
