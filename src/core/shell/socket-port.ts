import type { Socket } from 'node:net';

/** The part of a `MessagePort` that the RPC library needs, over a stream socket. */
export interface SocketPort {
  on(event: 'message', listener: (event?: { data: unknown }) => void): void;
  on(event: 'close', listener: () => void): void;
  postMessage(message: string | ArrayBuffer | Uint8Array): void;
  /** Messages that came before are delivered now. */
  start(): void;
  close(): void;
}

/** A page of contacts is far below; a length beyond this is not one of ours. */
export const maximumMessage = 16 * 1024 * 1024;
const headerLength = 5;
const kinds = { text: 0, bytes: 1 } as const;

/**
 * Message framing on a socket: 4 bytes length of the payload (big endian), 1 byte kind (0 UTF-8 text, 1 bytes), payload.
 * Malformed input destroys this socket and nothing else.
 */
export function createSocketPort(socket: Socket): SocketPort {
  let pending = Buffer.alloc(0);
  let started = false;
  let listener: ((event?: { data: unknown }) => void) | null = null;

  socket.on('data', (chunk) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk]);
    if (started) deliver();
    else if (pending.length > maximumMessage + headerLength) socket.destroy();
  });
  // Its `close` event follows and says it all.
  socket.on('error', () => socket.destroy());

  function deliver(): void {
    while (pending.length >= headerLength) {
      const length = pending.readUInt32BE(0);
      const kind = pending[4];
      if (length > maximumMessage || (kind !== kinds.text && kind !== kinds.bytes)) {
        socket.destroy();
        return;
      }
      if (pending.length < headerLength + length) return;
      const payload = pending.subarray(headerLength, headerLength + length);
      pending = pending.subarray(headerLength + length);
      listener?.({ data: kind === kinds.text ? payload.toString('utf8') : new Uint8Array(payload) });
    }
  }

  return {
    on(event: 'message' | 'close', run: (event?: { data: unknown }) => void) {
      if (event === 'message') listener = run;
      else socket.once('close', () => run());
    },
    postMessage(message) {
      if (socket.destroyed) return;
      const text = typeof message === 'string';
      const payload = text ? Buffer.from(message, 'utf8') : Buffer.from(new Uint8Array(message));
      const header = Buffer.alloc(headerLength);
      header.writeUInt32BE(payload.length, 0);
      header[4] = text ? kinds.text : kinds.bytes;
      socket.cork();
      socket.write(header);
      socket.write(payload);
      socket.uncork();
    },
    start() {
      started = true;
      deliver();
    },
    close: () => void socket.end(),
  };
}
