import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Socket } from 'node:net';
import type { TestCertificate } from './certificate.ts';

export interface ListeningServer {
  readonly port: number;
  /** With 127.0.0.1 as its host. */
  readonly address: string;
  /** Requests so far. */
  readonly requests: {
    method: string;
    url: string;
    headers: Record<string, string | string[] | undefined>;
  }[];
  close(): Promise<void>;
}

const listening: (() => Promise<void>)[] = [];

/** Ends every server that a test started. */
export async function closeServers(): Promise<void> {
  await Promise.all(listening.splice(0).map((close) => close()));
}

async function listen(
  server: Server | ReturnType<typeof createTcp>,
): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  listening.push(close);
  return { port: (server.address() as AddressInfo).port, close };
}

/** A server on this machine that answers as the test says, over TLS with a certificate. */
export async function startServer(
  answer: RequestListener,
  certificate?: TestCertificate,
): Promise<ListeningServer> {
  const requests: ListeningServer['requests'] = [];
  const listener: RequestListener = (request, response) => {
    requests.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    answer(request, response);
  };
  const server =
    certificate === undefined
      ? createHttp(listener)
      : createHttps({ cert: certificate.cert, key: certificate.key }, listener);
  const { port, close } = await listen(server);
  return {
    port,
    address: `${certificate === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    requests,
    close,
  };
}

/** Bytes as they are, whatever is asked. */
export async function startRaw(talk: (socket: Socket) => void): Promise<ListeningServer> {
  const { port, close } = await listen(createTcp(talk));
  return { port, address: `http://127.0.0.1:${port}`, requests: [], close };
}
