import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type AnyRouter, implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import type { AppState } from '../../contract/client/state.ts';
import { controlContract, type shellKinds } from '../../contract/control.ts';
import { type ControlSpeech, controlFileName, controlSpeeches } from '../../contract/control-file.ts';
import { AldabaError } from '../../contract/errors.ts';
import { isSecret, listenLocally, randomPipeName } from '../local-server.ts';
import { createProcessLock } from '../lock/process-lock.ts';
import type { Log, Paths } from '../ports/index.ts';
import { ownFolder, socketPaths } from '../socket-path.ts';
import { writeFileDurably } from '../write-file-durably.ts';
import { connectToRunning } from './control-client.ts';
import { createSocketPort, type SocketPort } from './socket-port.ts';

/** What the process around the core does when the command line asks. */
export interface ShellActions {
  readonly kind: (typeof shellKinds)[number];
  readonly version: string;
  address(): string | null;
  open(): Promise<{ link: string | null }>;
  stop(): void;
}

export interface ControlServer {
  readonly address: string;
  close(): Promise<void>;
}

/** ms in which a connection has to say the secret. */
const helloLimit = 2000;

/**
 * Opens the profile's control endpoint: one per profile, and the proof that a client runs. Access: the socket (0600 in a 0700 folder) or the
 * pipe's unguessable name, and a secret from a file that only the person can read.
 *
 * @throws AldabaError `already-running` when another process of this profile answers there, `client-silent` when one is there that does not;
 *   `folder-not-writable` when the folder is somebody else's; the file system's error. Nothing listens then
 */
export async function serveControl(options: {
  readonly paths: Pick<Paths, 'runtime'>;
  /** Implementation of `clientContract`. */
  readonly client: AnyRouter;
  readonly snapshot: () => AppState;
  readonly shell: ShellActions;
  readonly linkOrigins: () => Promise<readonly string[]>;
  /** Gets the connection of a window of another process; see attached-desktops. */
  readonly attachDesktop: (port: SocketPort) => void;
  readonly log: Pick<Log, 'warn'>;
  readonly write?: typeof writeFileDurably;
}): Promise<ControlServer> {
  const { paths, log, write = writeFileDurably } = options;
  await ownFolder(paths.runtime);
  const control = new RPCHandler(createControlRouter(options));
  const client = new RPCHandler(options.client);
  const answer = (port: SocketPort, speaks: ControlSpeech): void => {
    switch (speaks) {
      case 'control':
        control.upgrade(port);
        break;
      case 'client':
        client.upgrade(port);
        break;
      case 'desktop':
        options.attachDesktop(port);
        break;
      case 'state':
        port.postMessage(JSON.stringify(options.snapshot()));
        port.close();
        break;
    }
  };
  const secret = randomBytes(32).toString('base64url');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    greet(socket, secret, answer, log);
  });
  const file = join(paths.runtime, controlFileName);

  const address = await createProcessLock(join(paths.runtime, 'locks')).run('control', async () => {
    const running = await connectToRunning(paths);
    if (running !== null) {
      running.close();
      throw new AldabaError('already-running', 'another client runs on this profile');
    }
    const kind = process.platform === 'win32' ? 'pipe' : 'socket';
    const free = kind === 'pipe' ? randomPipeName() : await freeSocketPath(paths.runtime);
    const note = JSON.stringify({ pid: process.pid, address: free, secret });
    await listenLocally(server, free, kind, () => write(file, note));
    return free;
  });

  return {
    address,
    async close() {
      // Another client may have taken over a profile whose files were deleted under this one.
      if ((await readFile(file, 'utf8').catch(() => '')).includes(secret)) await rm(file, { force: true });
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Under the lock and with nobody answering, a socket that is left is a dead process's. */
async function freeSocketPath(runtime: string): Promise<string> {
  const { own, others } = await socketPaths(runtime, 'control');
  await Promise.all(others.map((other) => rm(other, { force: true })));
  return own;
}

function createControlRouter({
  client,
  shell,
  linkOrigins,
}: {
  readonly client: AnyRouter;
  readonly shell: ShellActions;
  readonly linkOrigins: () => Promise<readonly string[]>;
}): AnyRouter {
  const on = implement(controlContract.shell);
  return {
    client,
    shell: {
      info: on.info.handler(() => ({
        pid: process.pid,
        kind: shell.kind,
        version: shell.version,
        address: shell.address(),
      })),
      open: on.open.handler(() => shell.open()),
      linkOrigins: on.linkOrigins.handler(async () => [...(await linkOrigins())]),
      // The answer leaves first.
      stop: on.stop.handler(() => void setImmediate(() => shell.stop())),
    },
  };
}

function greet(
  socket: Socket,
  secret: string,
  accept: (port: SocketPort, speaks: ControlSpeech) => void,
  log: Pick<Log, 'warn'>,
): void {
  const port = createSocketPort(socket);
  let greeted = false;
  const timer = setTimeout(() => socket.destroy(), helloLimit);
  socket.once('close', () => clearTimeout(timer));
  port.on('message', (event) => {
    if (greeted) return;
    greeted = true;
    clearTimeout(timer);
    const speaks = controlSpeeches.find((speech) => isSecret(event?.data, `${speech} ${secret}`));
    if (speaks === undefined) {
      log.warn({}, 'refused a control connection');
      socket.destroy();
      return;
    }
    accept(port, speaks);
  });
  port.start();
}
