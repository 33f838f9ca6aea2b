import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { thumbprint, verifySignature } from './verify.ts';

/** What the client says of the license; `document` is what the program verifies. */
export interface License {
  state: string;
  permit: 'full' | 'read-only' | 'none';
  document?: string;
  kind?: string;
  until?: string;
  /** For the status bar, in the person's language. */
  message?: string;
  reason?: string;
}

/** The client said no: a stable code, what happened, and what the person can do. */
export class Refused extends Error {
  readonly code: string;
  readonly next: string;
  constructor(code: string, message: string, next: string) {
    super(message);
    this.code = code;
    this.next = next;
  }
}

/** A connection to the client on this machine. While it stands, the program uses a license. */
export interface Client {
  readonly version: string;
  readonly mode: string | null;
  /** Name of this device's key, which the client proved to hold. */
  readonly device: string;
  acquire(options?: { features?: string[]; interactive?: boolean }): Promise<License>;
  release(): Promise<void>;
  onChange(listener: (license: License) => void): void;
  /** Sentences for the person: what lies ahead, or what a program that waits is waiting for. */
  onMessage(listener: (text: string) => void): void;
  /** Resolves when the connection is gone, whoever ended it. */
  readonly closed: Promise<void>;
  close(): void;
}

/** Where the client says how to reach it. A folder of the system that is empty or relative counts as absent. */
export function defaultRuntimeFolder(): string {
  const given = (name: string): string | undefined => {
    const value = process.env[name];
    return value !== undefined && isAbsolute(value) ? value : undefined;
  };
  if (process.env.ALDABA_PROFILE) return join(process.env.ALDABA_PROFILE, 'run');
  if (process.platform === 'win32')
    return join(given('LOCALAPPDATA') ?? join(homedir(), 'AppData', 'Local'), 'Aldaba', 'run');
  if (process.platform === 'darwin')
    return join(homedir(), 'Library', 'Application Support', 'Aldaba', 'run');
  return join(given('XDG_DATA_HOME') ?? join(homedir(), '.local', 'share'), 'aldaba', 'run');
}

/** For the shell: what starts the client, in the order in which it is worth trying. Where there is a display, it can show a window. */
export function defaultStartCommands(): string[] {
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  const withoutWindow = 'aldaba agent';
  if (process.platform === 'win32')
    return [
      '"%LOCALAPPDATA%\\Programs\\Aldaba\\Aldaba.exe" --hidden',
      '"%ProgramFiles%\\Aldaba\\Aldaba.exe" --hidden',
      withoutWindow,
    ];
  if (process.platform === 'darwin') return ['open -gj -a Aldaba --args --hidden', withoutWindow];
  return DISPLAY || WAYLAND_DISPLAY ? ['aldaba-client --hidden', withoutWindow] : [withoutWindow];
}

/**
 * Connects to the client, starting it when it does not run, and makes sure that it holds this device's key.
 * @throws Refused, or an Error when there is no client within 30 s or it is not what it says
 */
export async function connectToClient(options: {
  program: string;
  version: string;
  language?: string | undefined;
  runtime?: string | undefined;
  /** Instead of {@link defaultStartCommands}; none: a client that does not run is not started. */
  startCommands?: readonly string[] | undefined;
}): Promise<Client> {
  const reached = await reachOrStart(
    options.runtime ?? defaultRuntimeFolder(),
    options.startCommands ?? defaultStartCommands(),
  );
  if (reached === null) throw new Error('Aldaba does not run on this computer');
  const { socket } = reached;
  const rpc = speak(socket);
  try {
    const hello = await greet(rpc, options, reached.secret);
    return {
      ...hello,
      acquire: async ({ features = [], interactive = true } = {}) =>
        (await rpc.request('license/acquire', { features, interactive })) as License,
      async release() {
        await rpc.request('license/release', {});
      },
      onChange: (listener) => rpc.on('license/changed', (license) => listener(license as License)),
      onMessage: (listener) => rpc.on('license/message', (said) => listener((said as { text: string }).text)),
      closed: rpc.closed,
      close: () => void socket.destroy(),
    };
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

async function greet(
  rpc: ReturnType<typeof speak>,
  { program, version, language }: { program: string; version: string; language?: string | undefined },
  secret: string | null,
): Promise<Pick<Client, 'version' | 'mode' | 'device'>> {
  const nonce = randomBytes(32).toString('base64url');
  const said = (await rpc.request('initialize', {
    protocolVersion: 1,
    program,
    version,
    nonce,
    ...(language === undefined ? {} : { language }),
    ...(secret === null ? {} : { secret }),
  })) as {
    client: { version: string };
    mode: string | null;
    deviceKey: { x: string };
    nonceSignature: string;
  };
  const proof = `aldaba-broker-v1\n${program}\n${nonce}`;
  if (!verifySignature(said.deviceKey.x, proof, said.nonceSignature))
    throw new Error('the client does not hold the key that it shows');
  return { version: said.client.version, mode: said.mode, device: thumbprint(said.deviceKey.x) };
}

type Reached = { socket: Socket; secret: string | null };

/** null: no client, and none of the commands brings one up within 30 s. */
async function reachOrStart(runtime: string, commands: readonly string[]): Promise<Reached | null> {
  const untried = [...commands];
  let failed = true;
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(100)) {
    const reached = await reach(runtime);
    if (reached !== null) return reached;
    if (!failed) continue;
    const command = untried.shift();
    if (command === undefined) return null;
    failed = false;
    const child = spawn(command, { shell: true, detached: true, stdio: 'ignore' });
    child.once('error', () => {
      failed = true;
    });
    child.once('exit', (code) => {
      failed = code !== 0;
    });
    child.unref();
  }
  return null;
}

async function reach(runtime: string): Promise<Reached | null> {
  const text = await readFile(join(runtime, 'broker.json'), 'utf8').catch(() => null);
  if (text === null) return null;
  const { address, secret } = JSON.parse(text) as { address: string; secret: string | null };
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => resolve({ socket, secret }));
    socket.once('error', () => resolve(null));
  });
}

/** JSON-RPC 2.0 with a `Content-Length` before each message, as in the Language Server Protocol. Any library of it does as well. */
function speak(socket: Socket) {
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  const listeners = new Map<string, (params: unknown) => void>();
  let buffered = Buffer.alloc(0);
  let lastId = 0;

  socket.on('data', (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (;;) {
      const end = buffered.indexOf('\r\n\r\n');
      const length = Number(/Content-Length: (\d+)/i.exec(buffered.toString('latin1', 0, end))?.[1]);
      if (end < 0 || buffered.length < end + 4 + length) return;
      take(JSON.parse(buffered.toString('utf8', end + 4, end + 4 + length)));
      buffered = buffered.subarray(end + 4 + length);
    }
  });
  socket.on('error', () => socket.destroy());
  const gone = () => new Error('Aldaba closed the connection');
  const closed = new Promise<void>((resolve) => {
    socket.once('close', () => {
      for (const { reject } of waiting.values()) reject(gone());
      resolve();
    });
  });

  function take(message: {
    id?: number;
    method?: string;
    params?: unknown;
    result?: unknown;
    error?: { message: string; data?: { code: string; message: string; next: string } };
  }): void {
    if (message.method !== undefined) {
      listeners.get(message.method)?.(message.params);
      return;
    }
    const waiter = waiting.get(message.id ?? 0);
    waiting.delete(message.id ?? 0);
    const { error } = message;
    if (error === undefined) waiter?.resolve(message.result);
    else if (error.data === undefined) waiter?.reject(new Error(error.message));
    else waiter?.reject(new Refused(error.data.code, error.data.message, error.data.next));
  }

  return {
    closed,
    on: (method: string, listener: (params: unknown) => void) => void listeners.set(method, listener),
    request(method: string, params: object): Promise<unknown> {
      if (socket.destroyed) return Promise.reject(gone());
      const id = ++lastId;
      const json = JSON.stringify({ jsonrpc: '2.0', id, method, params });
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        socket.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
      });
    },
  };
}
