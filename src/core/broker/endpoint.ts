import { readFile, rm } from 'node:fs/promises';
import { connect, type Server } from 'node:net';
import { join } from 'node:path';
import {
  type BrokerEndpoint,
  brokerEndpointFile,
  brokerEndpointSchema,
  brokerProtocolVersion,
} from '../../contract/broker.ts';
import { AldabaError } from '../../contract/errors.ts';
import { listenLocally, randomPipeName } from '../local-server.ts';
import type { ProcessLock } from '../lock/process-lock.ts';
import type { Log } from '../ports/log.ts';
import { ownFolder, socketPaths } from '../socket-path.ts';
import { writeFileDurably } from '../write-file-durably.ts';

/** Where programs find the broker while it is open. */
export interface OpenEndpoint extends BrokerEndpoint {
  /** Stops listening; the file goes with it. Connections stay as they are. */
  close(): Promise<void>;
}

export interface EndpointNeeds {
  /** Absolute folder, made with mode 0700. */
  runtime: string;
  lock: ProcessLock;
  log: Log;
  server: Server;
  /** `pipe`: Windows. A pipe's access list cannot be set from Node, so its name cannot be guessed and a secret is asked for. */
  kind: 'socket' | 'pipe';
  /** What a program must say over a pipe, 43 characters; null over a socket. */
  secret: string | null;
  /** For tests of the pipe's way of working on other systems. */
  pipeName?: () => string;
  write?: typeof writeFileDurably;
}

/**
 * Listens where programs of this person look, and nobody else's. One endpoint per runtime folder: a dead one is taken over, a living one
 * is left alone. The kernel's lock makes looking and taking one step, so that of two clients started together one listens.
 *
 * @throws AldabaError `already-running` when another client answers; `folder-not-writable` when the folder cannot be trusted; the file system's error.
 *   The server does not listen then
 */
export async function openEndpoint(needs: EndpointNeeds): Promise<OpenEndpoint> {
  const { runtime, lock, log, server, kind, secret, write = writeFileDurably } = needs;
  const file = join(runtime, brokerEndpointFile);
  await ownFolder(runtime);

  const endpoint = await lock.run('broker', async () => {
    const before = await readEndpoint(file);
    if (before !== null && (await answers(before.address))) {
      throw new AldabaError('already-running', `process ${before.pid} answers programs of this profile`);
    }
    const address = kind === 'pipe' ? (needs.pipeName ?? randomPipeName)() : await freeSocketPath(runtime);
    const opened: BrokerEndpoint = {
      protocolVersion: brokerProtocolVersion,
      address,
      secret,
      pid: process.pid,
    };
    await listenLocally(server, address, kind, () => write(file, JSON.stringify(opened)));
    return opened;
  });

  const closeServer = () =>
    new Promise<void>((resolve) => {
      server.close((error) => {
        if (error !== undefined) log.warn({ error: String(error) }, 'the broker was not listening');
        resolve();
      });
    });

  return {
    ...endpoint,
    async close() {
      try {
        await lock.run('broker', async () => {
          const now = await readEndpoint(file);
          // A profile whose files were deleted under this client may belong to another one by now.
          if (now?.pid === endpoint.pid && now.address === endpoint.address) await rm(file, { force: true });
          await closeServer();
        });
      } catch (error) {
        log.warn({ error: String(error) }, 'the end of the broker could not be told');
        if (server.listening) await closeServer();
      }
    },
  };
}

async function readEndpoint(file: string): Promise<BrokerEndpoint | null> {
  try {
    return brokerEndpointSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}

/** Whether somebody accepts connections there. A stopped process still does, and still counts. */
function answers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.destroy();
      resolve(error.code === 'EAGAIN' || error.code === 'EBUSY');
    });
  });
}

/** Under the lock and with nobody answering, a socket file that is left is a dead process's. */
async function freeSocketPath(runtime: string): Promise<string> {
  const { own, others } = await socketPaths(runtime, 'broker');
  for (const other of others) {
    if (await answers(other)) throw new AldabaError('already-running', `somebody answers at ${other}`);
    await rm(other, { force: true });
  }
  return own;
}
