import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';

/** An address, because Node takes `C:` of a path for a scheme. */
const endWithParent = pathToFileURL(join(import.meta.dirname, '../../src/cli/end-with-parent.ts')).href;

export interface ChildOptions {
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly folder?: string;
  /** Lines of standard error. */
  readonly onError?: (line: string) => void;
  /** Lines of standard output. */
  readonly onLine?: (line: string) => void;
  /** Another program than this Node: Electron. It is then ended by a signal. */
  readonly program?: string;
  readonly input?: string;
}

export interface Child {
  readonly pid: number;
  /** The first line of standard output that is a JSON object with `event`, or any line when `wanted` is given. */
  line(wanted: (line: string) => boolean): Promise<string>;
  /** Exit code; null after a signal. */
  readonly exited: Promise<number | null>;
  /** Asks it to end and waits; after `limit` ms it is killed. */
  stop(limit?: number): Promise<void>;
  /** Pulls the plug: no clean-up of its own. */
  kill(): Promise<void>;
}

/**
 * Starts a program of this checkout in its own process group, so that Ctrl+C reaches the starter alone, which then ends its children in order.
 * A starter that dies takes them along.
 */
export function startChild(script: string, args: readonly string[], options: ChildOptions = {}): Child {
  const own = options.program === undefined;
  const command = own
    ? [process.execPath, '--import', endWithParent, script]
    : [options.program ?? '', script];
  const [program = '', ...before] = command;
  const child = spawn(program, [...before, ...args], {
    cwd: options.folder,
    env: { ...process.env, ...options.environment },
    stdio: own ? ['pipe', 'pipe', 'pipe', 'ipc'] : ['pipe', 'pipe', 'pipe'],
    detached: process.platform !== 'win32',
  });
  const waiting = new Set<{ wanted: (line: string) => boolean; found: (line: string) => void }>();
  const seen: string[] = [];
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(1));
    child.once('exit', (code) => resolve(code));
  });
  if (child.stdout)
    createInterface({ input: child.stdout }).on('line', (line) => {
      seen.push(line);
      options.onLine?.(line);
      for (const each of [...waiting]) {
        if (!each.wanted(line)) continue;
        waiting.delete(each);
        each.found(line);
      }
    });
  const errors: string[] = [];
  if (child.stderr)
    createInterface({ input: child.stderr }).on('line', (line) => {
      errors.push(line);
      errors.splice(0, errors.length - 20);
      options.onError?.(line);
    });
  // A program that does not read its input is not our failure.
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input);

  return {
    pid: child.pid ?? -1,
    exited,
    line(wanted) {
      const early = seen.find(wanted);
      if (early !== undefined) return Promise.resolve(early);
      return new Promise((resolve, reject) => {
        const entry = { wanted, found: resolve };
        waiting.add(entry);
        void exited.then((code) => {
          if (waiting.delete(entry)) reject(new ChildEnded(script, code, errors));
        });
      });
    },
    async stop(limit = 4000) {
      if (child.exitCode !== null || child.signalCode !== null) return;
      if (child.connected) child.disconnect();
      else child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), limit);
      await exited;
      clearTimeout(timer);
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

/** A program ended before it said what was waited for. */
export class ChildEnded extends Error {
  readonly script: string;
  readonly code: number | null;
  readonly lines: readonly string[];

  constructor(script: string, code: number | null, lines: readonly string[]) {
    super(`${script} ended with ${code}${lines.length === 0 ? '' : `:\n${lines.join('\n')}`}`);
    this.name = 'ChildEnded';
    this.script = script;
    this.code = code;
    this.lines = lines;
  }
}
