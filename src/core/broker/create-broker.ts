import { randomBytes } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { atMost } from '../licenses/at-most.ts';
import type { Broker, Licenses, Parts } from '../parts.ts';
import { type EndpointNeeds, type OpenEndpoint, openEndpoint } from './endpoint.ts';
import { type ProgramConnection, serveProgram } from './program-connection.ts';
import { createRefusalLog } from './refusal-log.ts';

/** Programs of one person at the same time; a workstation runs a handful. */
export const mostPrograms = 256;
/** ms that stopping waits for the uses to end. */
const stopTerm = 1000;

/** Answers the programs of this person. See {@link Broker} and docs/broker-protocol.md. */
export function createBroker(
  parts: Parts & { licenses: Licenses },
  options: Pick<Partial<EndpointNeeds>, 'kind' | 'pipeName' | 'write'> = {},
): Broker {
  const { ports, licenses, lock } = parts;
  const { log, paths, clock } = ports;
  const kind = options.kind ?? (process.platform === 'win32' ? 'pipe' : 'socket');
  const secret = kind === 'pipe' ? randomBytes(32).toString('base64url') : null;
  const connections = new Set<ProgramConnection>();
  const sockets = new Set<Socket>();
  let stopping = false;
  let endpoint: OpenEndpoint | null = null;
  const forget: (() => void)[] = [];
  const refusals = createRefusalLog(log, mostPrograms);

  const server = createServer({ noDelay: true }, (socket) => {
    // A program that lost its connection comes back at once, while the endpoint still listens.
    if (stopping) return void socket.destroy();
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      refusals.left(sockets.size);
    });
    const connection = serveProgram({
      ...parts,
      socket,
      secret,
      programs: () => connections.size,
    });
    connections.add(connection);
    void connection.ended.then(() => connections.delete(connection));
    return undefined;
  });
  server.maxConnections = mostPrograms;
  server.on('drop', refusals.refused);

  return {
    get address() {
      return endpoint?.address ?? null;
    },
    async start() {
      stopping = false;
      endpoint = await openEndpoint({ ...options, runtime: paths.runtime, lock, log, server, kind, secret });
      forget.push(
        licenses.onChange((product) => {
          for (const connection of connections) connection.changed(product);
        }),
        licenses.onWarning((product, warning) => {
          for (const connection of connections) connection.warned(product, warning);
        }),
      );
      log.info({ address: endpoint.address }, 'programs are answered');
    },
    async stop() {
      stopping = true;
      for (const one of forget.splice(0)) one();
      const closing = endpoint?.close();
      endpoint = null;
      const ends = [...connections].map((connection) => {
        connection.close();
        return connection.ended;
      });
      await atMost(clock, stopTerm, Promise.all(ends));
      // The server closes when nobody is connected any more: a program that does not read keeps nobody waiting.
      for (const socket of sockets) socket.destroy();
      await closing;
      refusals.end();
    },
  };
}
