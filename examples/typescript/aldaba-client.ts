import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import {
  createMessageConnection,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-jsonrpc/node';
import { LicenseRefused, verifyLicense, verifyNonce } from './verify-license.ts';

/** `full` may compute; `read-only` may open, save and export; `none` may not run. */
export type Permit = 'full' | 'read-only' | 'none';

/** What the client answers (docs/broker-protocol.md). */
export interface License {
  state: string;
  permit: Permit;
  document?: string;
  until?: string;
  message?: string;
}

/** The client said no: a stable code, a sentence for the person, and what to do. */
export class Refused extends Error {
  readonly code: string;
  readonly next: string;
  constructor(code: string, message: string, next: string) {
    super(message);
    this.code = code;
    this.next = next;
  }
}

export interface Program {
  program: string;
  version: string;
  /** Public root key, `x` of its JWK: a constant of the program. */
  rootKey: string;
  /** Folder with broker.json. */
  runtime: string;
  /** Command that starts the client; empty: never. */
  client: string;
  language?: string;
}

/** One use of a license: one connection. */
export interface Use {
  readonly mode: string | null;
  readonly clientVersion: string;
  /** Asks for the license. With `interactive`, a person may have to sign in first, which can take minutes. */
  acquire(options: { interactive: boolean }): Promise<License>;
  onChanged(listener: (license: License) => void): void;
  onMessage(listener: (message: { level: string; text: string }) => void): void;
  /** The client ended or was restarted. */
  onLost(listener: () => void): void;
  release(): Promise<void>;
  close(): void;
}

/** Milliseconds that a client which was just started gets to listen. */
const startTerm = 15_000;

/** Where the client of this person keeps broker.json. */
export function defaultRuntime(): string {
  const { LOCALAPPDATA, XDG_RUNTIME_DIR, XDG_STATE_HOME } = process.env;
  if (process.platform === 'win32')
    return join(LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Aldaba', 'run');
  if (process.platform === 'darwin')
    return join(homedir(), 'Library', 'Application Support', 'Aldaba', 'run');
  const state = join(XDG_STATE_HOME ?? join(homedir(), '.local', 'state'), 'aldaba');
  return join(XDG_RUNTIME_DIR ?? join(state, 'run'), 'aldaba');
}

/**
 * Connects to the client, starting it when nobody answers, and makes sure that the device key is who it says.
 * Throws `Refused` and `LicenseRefused`; anything else means that the client cannot be reached.
 */
export async function openUse(program: Program): Promise<Use> {
  const { socket, secret } = await reach(program);
  const connection = createMessageConnection(
    new StreamMessageReader(socket),
    new StreamMessageWriter(socket),
  );
  const lost = new Set<() => void>();
  connection.onClose(() => {
    for (const listener of lost) listener();
  });
  // A broken connection closes too, and closing is what counts.
  connection.onError(() => undefined);
  connection.listen();

  async function ask<T>(method: string, parameters: object): Promise<T> {
    try {
      return await connection.sendRequest<T>(method, parameters);
    } catch (error) {
      throw asRefusal(error);
    }
  }

  const nonce = randomBytes(32).toString('base64url');
  const hello = await ask<{
    mode: string | null;
    client: { version: string };
    deviceKey: { x: string };
    nonceSignature: string;
  }>('initialize', {
    protocolVersion: 1,
    program: program.program,
    version: program.version,
    nonce,
    ...(secret === null ? {} : { secret }),
    ...(program.language === undefined ? {} : { language: program.language }),
  });
  const deviceKey = hello.deviceKey.x;
  if (!verifyNonce(program.program, nonce, deviceKey, hello.nonceSignature))
    throw new LicenseRefused('the client could not prove which device it is');

  /** The client's word counts only as far as the signed document goes. */
  function check(license: License): License {
    if (license.permit !== 'full') return license;
    if (license.document === undefined) throw new LicenseRefused('full use without a signed license');
    const now = Date.now();
    const { fullUntil } = verifyLicense(license.document, { ...program, deviceKey, now });
    return now < fullUntil ? license : { ...license, permit: 'read-only' };
  }

  return {
    mode: hello.mode,
    clientVersion: hello.client.version,
    acquire: async ({ interactive }) =>
      check(await ask<License>('license/acquire', { features: [], interactive })),
    onChanged(listener) {
      connection.onNotification('license/changed', (license: License) => {
        try {
          listener(check(license));
        } catch {
          listener({ ...license, permit: 'read-only' });
        }
      });
    },
    onMessage: (listener) => void connection.onNotification('license/message', listener),
    onLost: (listener) => void lost.add(listener),
    release: async () => void (await ask('license/release', {})),
    close: () => socket.destroy(),
  };
}

function asRefusal(error: unknown): unknown {
  if (!(error instanceof ResponseError)) return error;
  const data = error.data as { code?: string; message?: string; next?: string } | undefined;
  return data?.code === undefined
    ? error
    : new Refused(data.code, data.message ?? error.message, data.next ?? '');
}

async function reach({ runtime, client }: Program): Promise<{ socket: Socket; secret: string | null }> {
  try {
    return await connectOnce(runtime);
  } catch (error) {
    if (client === '') throw error;
  }
  spawn(client, { shell: true, detached: true, stdio: 'ignore' }).unref();
  const deadline = performance.now() + startTerm;
  for (;;) {
    try {
      return await connectOnce(runtime);
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await wait(100);
    }
  }
}

async function connectOnce(runtime: string): Promise<{ socket: Socket; secret: string | null }> {
  const { address, secret } = JSON.parse(readFileSync(join(runtime, 'broker.json'), 'utf8')) as {
    address: string;
    secret: string | null;
  };
  const socket = connect(address);
  await new Promise<void>((resolve, reject) => socket.once('connect', resolve).once('error', reject));
  return { socket, secret };
}
