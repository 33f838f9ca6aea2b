import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Requests of one connection that may wait for their answers. Programs, browsers and proxies send one after the other. */
export const mostUnanswered = 4;

/**
 * Ends a connection that asks on without taking its answers (RFC 9112, 9.3.2): Node reads hundreds of requests at once, and each answer that
 * nobody reads stays in memory, so that a few hundred such connections fill it. Before anything else sees the request: those hundreds are
 * each handed over yet after the connection ended.
 *
 * @param server with its listeners
 */
export function limitPipelining(server: Server): void {
  const unanswered = new WeakMap<Socket, number>();
  const listeners = server.listeners('request');
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    const waiting = (unanswered.get(socket) ?? 0) + 1;
    if (waiting > mostUnanswered) return void socket.destroy();
    unanswered.set(socket, waiting);
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    for (const listener of listeners) Reflect.apply(listener, server, [request, response]);
    return undefined;
  });
}
