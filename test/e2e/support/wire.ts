import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { Transform } from 'node:stream';

/** The network between a portal and everybody else, which a test can cut or hold up. */
export interface Wire {
  /** The portal's address for everybody. */
  readonly url: string;
  /** Where the portal listens itself. */
  aim(address: string): void;
  /** Nobody listens any more, and what was open breaks off. */
  cut(): Promise<void>;
  mend(): Promise<void>;
  /** From now on each connection brings so many bytes from the portal and then stands still, until `flow`. */
  stallAfter(bytes: number): void;
  flow(): void;
  close(): Promise<void>;
}

export async function startWire(): Promise<Wire> {
  const sockets = new Set<Socket>();
  const held = new Set<() => void>();
  let target: URL | null = null;
  let allowance = Number.POSITIVE_INFINITY;
  let server: Server | null = null;
  let port = 0;

  /** Passes bytes on while the allowance lasts. */
  function gate(): Transform {
    let passed = 0;
    return new Transform({
      transform(chunk: Buffer, _encoding, done) {
        const go = () => {
          passed += chunk.length;
          done(null, chunk);
        };
        if (passed + chunk.length <= allowance) return go();
        const release = () => {
          held.delete(release);
          go();
        };
        held.add(release);
      },
    });
  }

  async function mend(): Promise<void> {
    if (server !== null) return;
    const next = createServer((socket) => {
      const out = target === null ? null : connect(Number(target.port), target.hostname);
      for (const end of [socket, out]) {
        if (end === null) continue;
        sockets.add(end);
        end.on('error', () => undefined);
        end.once('close', () => {
          sockets.delete(end);
          socket.destroy();
          out?.destroy();
        });
      }
      if (out === null) return void socket.destroy();
      socket.pipe(out).pipe(gate()).pipe(socket);
      return undefined;
    });
    next.listen(port, '127.0.0.1');
    await once(next, 'listening');
    port = (next.address() as AddressInfo).port;
    server = next;
  }

  async function cut(): Promise<void> {
    const closing = server;
    server = null;
    for (const socket of sockets) socket.destroy();
    if (closing !== null) await new Promise((resolve) => closing.close(resolve));
  }

  await mend();
  return {
    url: `http://127.0.0.1:${port}`,
    aim(address) {
      target = new URL(address);
    },
    cut,
    mend,
    stallAfter(bytes) {
      allowance = bytes;
    },
    flow() {
      allowance = Number.POSITIVE_INFINITY;
      for (const release of [...held]) release();
    },
    close: cut,
  };
}
