import type { Socket } from 'node:net';
import { AbstractMessageWriter, type Message, type MessageWriter } from 'vscode-jsonrpc/node';

/** Bytes that may wait for a program that does not read; one that lets more pile up is cut off. */
const mostWaiting = 1_048_576;

/** Writes messages to one program, each as one piece. */
export class ProgramWriter extends AbstractMessageWriter implements MessageWriter {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    super();
    this.#socket = socket;
    socket.once('close', () => this.fireClose());
  }

  write(message: Message): Promise<void> {
    if (!this.#socket.writable) return Promise.resolve();
    const json = JSON.stringify(message);
    this.#socket.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
    if (this.#socket.writableLength > mostWaiting) this.#socket.destroy();
    return Promise.resolve();
  }

  end(): void {
    this.#socket.end();
  }
}
