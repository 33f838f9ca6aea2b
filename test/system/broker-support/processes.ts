import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect } from 'vitest';
import type { AppState } from '../../../src/contract/client/state.ts';
import type { PortalFacts } from './portal-child.ts';

const resolveDrizzle = new URL('../../../src/portal/db/resolve-drizzle.ts', import.meta.url).href;

/** The wire between client and portal, which a test can cut. */
export interface Relay {
  readonly url: string;
  /** Connections that came so far. */
  readonly connections: number;
  aim(address: string): void;
  cut(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function startRelay(): Promise<Relay> {
  let target: URL | null = null;
  let connections = 0;
  const sockets = new Set<Socket>();
  let server: Server;
  let port = 0;
  async function listen(): Promise<void> {
    server = createServer((socket) => {
      connections++;
      const out = target === null ? null : connect(Number(target.port), target.hostname);
      for (const end of [socket, out]) {
        if (end === null) continue;
        sockets.add(end);
        end.on('error', () => undefined);
        end.once('close', () => sockets.delete(end));
      }
      if (out === null) return void socket.destroy();
      socket.pipe(out).pipe(socket);
      return undefined;
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    if (address !== null && typeof address === 'object') port = address.port;
  }
  async function cut(): Promise<void> {
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of sockets) socket.destroy();
    await closed;
  }
  await listen();
  return {
    url: `http://127.0.0.1:${port}`,
    get connections() {
      return connections;
    },
    aim(address) {
      target = new URL(address);
    },
    cut,
    mend: listen,
    close: cut,
  };
}

export interface PortalProcess extends PortalFacts {
  readonly relay: Relay;
  /** Products of the leases that a device holds now, by the portal. Those of a client before, which ended while its programs ran, are not its. */
  held(client: Pick<ClientProcess, 'state'>): Promise<string[]>;
  stop(): Promise<void>;
}

/** @param licensing times in seconds, see src/portal/licensing-settings.ts */
export async function startPortal(licensing: Record<string, number> = {}): Promise<PortalProcess> {
  const relay = await startRelay();
  const child = start('portal-child.ts', { publicUrl: relay.url, licensing });
  const [facts] = (await firstMessage(child)) as [PortalFacts];
  relay.aim(facts.address);
  return {
    ...facts,
    relay,
    async held(client) {
      const { device } = await client.state();
      child.send(device.thumbprint ?? '');
      const [{ held }] = (await once(child, 'message')) as [{ held: string[] }];
      return held;
    },
    async stop() {
      await end(child);
      await relay.close();
    },
  };
}

/** Of a client that has read its disk. */
export type ClientState = Pick<AppState, 'uses' | 'device'> & { licenses: NonNullable<AppState['licenses']> };

export interface ClientProcess {
  readonly child: ChildProcess;
  readonly runtime: string;
  /** Windows that it opened, by reason. */
  readonly windows: string[];
  signIn(portal: PortalFacts): Promise<void>;
  cancelSignIn(): Promise<void>;
  state(): Promise<ClientState>;
  /** Asks the portal whether it is there again, as a window that a person looks at. */
  check(): Promise<void>;
  /** As a person quits it. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** A profile of its own in the temporary folder. */
export async function createProfile(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), 'aldaba-system-'));
  return { path, remove: () => rm(path, { recursive: true, force: true, maxRetries: 5 }) };
}

export async function startClient(profile: string, portal: string, rootKey: string): Promise<ClientProcess> {
  const child = start('client-child.ts', { profile, portal, rootKey });
  const windows: string[] = [];
  child.on('message', (message: { window?: string }) => {
    if (message.window !== undefined) windows.push(message.window);
  });
  await messageWith(child, 'ready');
  async function ask(message: { ask: string; email?: string; password?: string }) {
    const answer = messageWith(child, 'answer');
    child.send(message);
    return (await answer) as unknown as ClientState;
  }
  return {
    child,
    runtime: join(profile, 'run'),
    windows,
    async signIn({ email, password }) {
      await ask({ ask: 'sign-in', email, password });
    },
    async cancelSignIn() {
      await ask({ ask: 'cancel' });
    },
    state: () => ask({ ask: 'state' }),
    async check() {
      await ask({ ask: 'check' });
    },
    async stop() {
      await end(child);
    },
    async kill() {
      child.kill('SIGKILL');
      await ended(child);
    },
  };
}

export interface ProgramLine {
  event: 'connected' | 'message' | 'license' | 'changed' | 'refused' | 'released' | 'lost' | 'failed';
  [field: string]: unknown;
}

/** An example program that runs. */
export interface ProgramProcess {
  readonly child: ChildProcess;
  readonly lines: ProgramLine[];
  readonly errors: string[];
  /** The first line of that kind from now on or before. */
  line(event: ProgramLine['event'], like?: object): Promise<ProgramLine>;
  /** SIGINT, as a terminal sends it. */
  interrupt(): void;
  kill(): void;
  readonly exit: Promise<number | null>;
}

/** @param command the program and how it is run, e.g. `['python3', 'program.py']` */
export function runProgram(
  command: readonly string[],
  options: readonly string[],
  environment: Record<string, string | undefined> = {},
): ProgramProcess {
  const [file = '', ...first] = command;
  const child = spawn(file, [...first, '--json', ...options], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1', ...environment },
  });
  const lines: ProgramLine[] = [];
  const errors: string[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)));
  createInterface({ input: child.stderr }).on('line', (line) => errors.push(line));
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  return {
    child,
    lines,
    errors,
    async line(event, like = {}) {
      const find = () => lines.find((line) => line.event === event && matches(line, like));
      await expect
        .poll(() => find() ?? { errors, lines: lines.map(({ event: name, state }) => [name, state]) }, {
          interval: 20,
        })
        .toMatchObject({ event, ...like });
      return find() as ProgramLine;
    },
    interrupt: () => void child.kill('SIGINT'),
    kill: () => void child.kill('SIGKILL'),
    exit,
  };
}

function matches(line: object, like: object): boolean {
  return Object.entries(like).every(
    ([name, value]) => JSON.stringify(line[name as keyof object]) === JSON.stringify(value),
  );
}

function start(file: string, argument: object): ChildProcess {
  return fork(join(import.meta.dirname, file), [JSON.stringify(argument)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Workers of the test runner are started with flags that are not for others.
    execArgv: ['--import', resolveDrizzle],
  });
}

async function firstMessage(child: ChildProcess): Promise<unknown[]> {
  const first = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => null)]);
  if (first === null) throw new Error('the process ended at its start');
  return first;
}

function messageWith(child: ChildProcess, member: string): Promise<Record<string, unknown>> {
  return new Promise((resolve, reject) => {
    const listener = (message: Record<string, unknown>) => {
      if (!(member in message)) return;
      child.off('message', listener);
      child.off('exit', gone);
      resolve(message);
    };
    const gone = () => reject(new Error(`the process ended before it said ${member}`));
    child.on('message', listener);
    child.once('exit', gone);
  });
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function end(child: ChildProcess): Promise<void> {
  if (child.connected) child.disconnect();
  await ended(child);
}
