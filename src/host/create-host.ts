import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { AnyRouter } from '@orpc/server';
import { BodyLimitPlugin, RPCHandler } from '@orpc/server/node';
import { RPCHandler as SocketHandler } from '@orpc/server/ws';
import { WebSocketServer } from 'ws';
import { rpcPath, windowKeyHeader } from '../contract/window-link.ts';
import type { Log } from '../core/ports/index.ts';
import { createPageFiles, pageHeaders } from '../core/shell/page-files.ts';
import { checkRequest, readCookie } from './check-request.ts';
import { createLaunchTokens } from './launch-tokens.ts';
import { type RefusalWords, refusalPage, refusalText } from './refusal-page.ts';

/** The largest input of the contract is an imported file of 128 KiB; JSON may double it. */
const maximumInput = 512 * 1024;
const launchPath = '/launch/';

export type WithoutLink = 'noLink' | 'usedLink';

export interface HostOptions {
  /** Implementation of `clientContract`. */
  readonly client: AnyRouter;
  /** Absolute path of out/renderer. */
  readonly page: string;
  /** 0: any free one. */
  readonly port: number;
  /** What is shown in place of the page to a browser that has no (or an old) link. @param accepted its `Accept-Language` */
  readonly refusalWords: (why: WithoutLink, accepted: string | undefined) => RefusalWords;
  /** A link of `createLink` let a browser in. */
  readonly used: (link: string) => void;
  readonly log: Pick<Log, 'warn'>;
}

export interface Host {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string;
  /** Windows that are open now. */
  readonly windows: number;
  /** A new address that opens the window once. Whoever has it is let in: it goes to the person alone. */
  createLink(): string;
  close(): Promise<void>;
}

/**
 * Serves the window and its procedures to a plain browser on this machine. Nothing is answered to a request with another `Host` or
 * `Origin`; nothing but the launch link without its cookie; no procedure without the key of its windows.
 *
 * @throws Error `EADDRINUSE` when the port is taken
 */
export async function createHost(options: HostOptions): Promise<Host> {
  const { log } = options;
  const tokens = createLaunchTokens(() => performance.now());
  const readFile = createPageFiles(options.page);
  const calls = new RPCHandler(options.client, {
    plugins: [new BodyLimitPlugin({ maxBodySize: maximumInput })],
  });
  const socketCalls = new SocketHandler(options.client);
  const sockets = new WebSocketServer({ noServer: true, maxPayload: maximumInput, perMessageDeflate: false });

  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      log.warn({ err: error, path: loggedPath(request) }, 'a request failed');
      if (!response.headersSent) refuse(response, 500);
      else response.destroy();
    });
  });
  server.on('upgrade', upgrade);
  const port = await listen(server, options.port);
  const origin = `http://127.0.0.1:${port}`;
  // Cookies do not tell ports apart: two hosts of one person must not overwrite each other's.
  const cookieName = `aldaba-${port}`;
  const linkOf = (token: string) => `${origin}${launchPath}${token}`;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = checkRequest(request, origin);
    if (refusal !== null) {
      log.warn({ refusal, path: loggedPath(request) }, 'refused a request');
      return refuse(response, refusal === 'wrong-host' ? 421 : 403);
    }
    const path = pathOf(request);
    const reads = request.method === 'GET' || request.method === 'HEAD';
    if (path.startsWith(launchPath)) {
      return request.method === 'GET'
        ? launch(request, response, path.slice(launchPath.length))
        : refuse(response, 405);
    }
    if (!hasSession(request)) return reads ? askForLink(request, response) : refuse(response, 401);
    if (path === rpcPath || path.startsWith(`${rpcPath}/`)) {
      if (request.method !== 'POST') return refuse(response, 405);
      if (path === rpcPath) return giveKey(request, response);
      if (!isWindow(request, keyIn(request))) return refuse(response, 401);
      const { matched } = await calls.handle(request, response, { prefix: rpcPath, context: {} });
      if (!matched) refuse(response, 404);
      return;
    }
    if (!reads) return refuse(response, 405);
    const file = await readFile(path);
    response.writeHead(file.status, file.headers).end(request.method === 'HEAD' ? undefined : file.body);
  }

  function launch(request: IncomingMessage, response: ServerResponse, token: string): void {
    const secret = tokens.redeem(token);
    if (secret === null && !hasSession(request)) {
      turnAway(request, response, 'usedLink');
      return;
    }
    // The same browser may follow its link again: it is already in.
    if (secret !== null) {
      options.used(linkOf(token));
      response.setHeader('set-cookie', `${cookieName}=${secret}; HttpOnly; SameSite=Strict; Path=/`);
    }
    response.writeHead(303, { ...pageHeaders('text/plain; charset=utf-8', newNonce()), location: '/' }).end();
  }

  function giveKey(request: IncomingMessage, response: ServerResponse): void {
    const key = tokens.windowKey(secretIn(request), keyIn(request));
    if (key === null) refuse(response, 401);
    else response.writeHead(200, pageHeaders('text/plain; charset=utf-8', newNonce())).end(key);
  }

  /** A browser leaves a strict cookie at home when another site's link brought it here: one step from here, it comes along. */
  function askForLink(request: IncomingMessage, response: ServerResponse): void {
    const site = request.headers['sec-fetch-site'];
    if ((site === 'cross-site' || site === 'same-site') && pathOf(request) === '/') {
      const headers = pageHeaders('text/html; charset=utf-8', newNonce());
      response.writeHead(200, headers).end('<!doctype html><meta http-equiv="refresh" content="0;url=/">');
      return;
    }
    turnAway(request, response, 'noLink');
  }

  /** A browser's person gets a page, everything else a line of text. */
  function turnAway({ headers }: IncomingMessage, response: ServerResponse, why: WithoutLink): void {
    const words = options.refusalWords(why, headers['accept-language']);
    const status = why === 'noLink' ? 401 : 403;
    if (headers.accept?.includes('text/html') !== true) {
      say(response, status, refusalText(words));
      return;
    }
    const nonce = newNonce();
    response.writeHead(status, pageHeaders('text/html; charset=utf-8', nonce)).end(refusalPage(words, nonce));
  }

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const refusal = checkRequest(request, origin);
    if (refusal !== null) log.warn({ refusal, path: loggedPath(request) }, 'refused a connection');
    const status =
      refusal !== null
        ? '403 Forbidden'
        : pathOf(request) !== rpcPath
          ? '404 Not Found'
          : !isWindow(request, request.headers['sec-websocket-protocol'])
            ? '401 Unauthorized'
            : null;
    if (status !== null) {
      socket.on('error', () => socket.destroy());
      socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (connection) => {
      connection.on('error', (error) => log.warn({ err: error }, 'a window sent what cannot be read'));
      void socketCalls.upgrade(connection, { context: {} });
    });
  }

  const secretIn = (request: IncomingMessage) => readCookie(request.headers.cookie, cookieName) ?? '';
  const hasSession = (request: IncomingMessage) => tokens.isSession(secretIn(request));
  const isWindow = (request: IncomingMessage, key: string | undefined) =>
    tokens.isWindow(secretIn(request), key);

  return {
    origin,
    get windows() {
      return sockets.clients.size;
    },
    createLink: () => linkOf(tokens.issue()),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const connection of sockets.clients) connection.terminate();
      server.closeAllConnections();
      await closed;
    },
  };
}

function keyIn(request: IncomingMessage): string | undefined {
  const key = request.headers[windowKeyHeader];
  return typeof key === 'string' ? key : undefined;
}

function pathOf(request: IncomingMessage): string {
  return (request.url ?? '/').split('?', 1)[0] ?? '/';
}

/** A launch link is a secret until it was used. Of what strangers ask for, no more than tells them apart. */
function loggedPath(request: IncomingMessage): string {
  const path = pathOf(request);
  return path.startsWith(launchPath) ? launchPath : path.slice(0, 200);
}

function newNonce(): string {
  return randomBytes(18).toString('base64');
}

function refuse(response: ServerResponse, status: number): void {
  say(response, status, String(status));
}

function say(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, pageHeaders('text/plain; charset=utf-8', newNonce())).end(`${text}\n`);
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
