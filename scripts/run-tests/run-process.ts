import { spawn } from 'node:child_process';

export interface ProcessResult {
  /** The exit code, or the name of the signal that ended it, or why it could not be started. */
  readonly code: number | string;
  /** Standard output and standard error in the order in which they came. */
  readonly output: string;
}

/**
 * Runs a command to its end. Never rejects: a program that is not there is a result like any other.
 *
 * @param options.signal ends it and everything it started when aborted
 */
export function runProcess(
  command: readonly string[],
  options: { cwd: string; env?: NodeJS.ProcessEnv; signal?: AbortSignal },
): Promise<ProcessResult> {
  const [file = '', ...args] = command;
  const posix = process.platform !== 'win32';
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const child = spawn(file, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A process group of its own, so that what it started can be ended with it.
      detached: posix,
    });
    const end = (signal: NodeJS.Signals) => {
      if (child.pid === undefined || child.exitCode !== null) return;
      if (posix) process.kill(-child.pid, signal);
      else child.kill(signal);
    };
    const interrupted = () => end('SIGTERM');
    process.once('SIGINT', interrupted).once('SIGTERM', interrupted);
    const aborted = () => end('SIGKILL');
    options.signal?.addEventListener('abort', aborted);
    const finish = (code: number | string) => {
      options.signal?.removeEventListener('abort', aborted);
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted);
      resolve({ code, output: Buffer.concat(chunks).toString('utf8') });
    };
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.once('error', (error) => finish(error.message));
    child.once('close', (code, signal) => finish(code ?? signal ?? 'an unknown end'));
  });
}
