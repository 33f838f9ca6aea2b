import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Account } from './postgres-binaries.ts';

export interface ServerProcess {
  /** Ends the server at once; its data are not kept in order. */
  stop(): Promise<void>;
}

/**
 * Makes the data folder `data` in `folder`, with one superuser `aldaba`.
 * Sort order is the built-in C.UTF-8, the same on every platform.
 */
export async function initializeCluster(options: {
  binary: string;
  folder: string;
  passwordFile: string;
  account: Account | undefined;
}): Promise<void> {
  const flags = [
    '--no-sync',
    '--no-instructions',
    '--username=aldaba',
    '--auth=scram-sha-256',
    '--encoding=UTF8',
  ];
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  await promisify(execFile)(
    options.binary,
    [`--pgdata=${join(options.folder, 'data')}`, `--pwfile=${options.passwordFile}`, ...flags, ...locale],
    { cwd: options.folder, ...options.account },
  );
}

/**
 * Runs the server until its standard input ends, which happens however the parent ends. Closed without a word, it means
 * that the parent died, and the folder goes as well. The shell lets go of the output, so that its end is the server's.
 */
const guard = [
  'folder=$1; shift',
  '"$@" & server=$!',
  'exec >/dev/null 2>&1',
  'read -r word || abandoned=yes',
  'kill -QUIT "$server"; wait "$server"',
  'if [ "$abandoned" = yes ]; then rm -rf "$folder"; fi',
].join('\n');

/** Starts the server on the data folder and resolves when it accepts connections; rejects with its log when it ends first. */
export async function launchServer(options: {
  binary: string;
  folder: string;
  port: number;
  durable: boolean;
  account: Account | undefined;
}): Promise<ServerProcess> {
  const settings = {
    port: options.port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    lc_messages: 'C',
    ...(options.durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const command = [
    options.binary,
    '-D',
    join(options.folder, 'data'),
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  const [file, ...args] =
    process.platform === 'win32' ? command : ['/bin/sh', '-c', guard, 'guard', options.folder, ...command];
  const child = spawn(file ?? options.binary, args, {
    cwd: options.folder,
    stdio: ['pipe', 'ignore', 'pipe'],
    ...options.account,
  });
  await ready(child);
  return { stop: () => stop(child) };
}

async function ready(child: ChildProcess): Promise<void> {
  if (child.stderr === null) throw new Error('the server was started without a pipe for its log');
  const lines = createInterface({ input: child.stderr });
  const log: string[] = [];
  await new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    lines.on('line', (line) => {
      log.push(line);
      if (line.includes('ready to accept connections')) resolve();
    });
    lines.once('close', () => reject(new Error(`PostgreSQL ended before it was ready:\n${log.join('\n')}`)));
  }).catch(async (error: unknown) => {
    await stop(child);
    throw error;
  });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  if (process.platform === 'win32') child.kill();
  else child.stdin?.end('stop\n');
  await exited;
}
