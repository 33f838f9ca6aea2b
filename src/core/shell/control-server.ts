import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { chmod, lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AnyRouter, implement } from '@orpc/server';
import { RPCHandler } from '@orpc/server/message-port';
import type { AppState } from '../../contract/client/state.ts';
import { controlContract, type shellKinds } from '../../contract/control.ts';
import { type ControlSpeech, controlFileName, controlSpeeches } from '../../contract/control-file.ts';
import { AldabaError } from '../../contract/errors.ts';
import { createProcessLock } from '../lock/process-lock.ts';
import type { Log, Paths } from '../ports/index.ts';
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

/** Longest path of a Unix socket on macOS (104 bytes with the final zero, sys/un.h); Linux allows 108. */
const maximumSocketPath = 103;
/** ms in which a connection has to say the secret. */
const helloLimit = 2000;

/**
 * Opens the profile's control endpoint: one per profile, and the proof that a client runs. Access: the socket (0600 in a 0700 folder) or the
 * pipe's unguessable name, and a secret from a file that only the person can read.
 *
 * @throws AldabaError `already-running` when another process of this profile answers there
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
}): Promise<ControlServer> {
  const { paths, log } = options;
  await mkdir(paths.runtime, { recursive: true, mode: 0o700 });
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
    const free = await freeAddress(paths.runtime);
    await listen(server, free);
    if (process.platform !== 'win32') await chmod(free, 0o600);
    const beside = `${file}.${process.pid}`;
    await writeFile(beside, JSON.stringify({ pid: process.pid, address: free, secret }), { mode: 0o600 });
    await rename(beside, file);
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
    const speaks = controlSpeeches.find((speech) => isSame(event?.data, `${speech} ${secret}`));
    if (speaks === undefined) {
      log.warn({}, 'refused a control connection');
      socket.destroy();
      return;
    }
    accept(port, speaks);
  });
  port.start();
}

function isSame(said: unknown, secret: string): boolean {
  if (typeof said !== 'string') return false;
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(said), hash(secret));
}

/** A socket path whose folder belongs to the person alone, short enough for the system; on Windows a pipe that nobody can guess. */
async function freeAddress(runtime: string): Promise<string> {
  if (process.platform === 'win32') return `\\\\.\\pipe\\aldaba-${randomBytes(16).toString('hex')}`;
  const near = join(runtime, 'control.sock');
  const path =
    Buffer.byteLength(near) <= maximumSocketPath ? near : join(await shortFolder(runtime), 'control.sock');
  await rm(path, { force: true });
  return path;
}

async function shortFolder(runtime: string): Promise<string> {
  const name = createHash('sha256').update(runtime).digest('hex').slice(0, 16);
  const folder = join(tmpdir(), `aldaba-${name}`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const { uid, mode } = await lstat(folder);
  if (uid !== process.getuid?.() || (mode & 0o777) !== 0o700)
    throw new AldabaError('unavailable', `${folder} belongs to somebody else`);
  return folder;
}

function listen(server: Server, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(address, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
