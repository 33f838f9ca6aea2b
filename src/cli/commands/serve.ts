import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { pathToFileURL } from 'node:url';
import { commandAt } from '../command-at.ts';
import type { Context, Result } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';

interface ServeOptions {
  readonly port?: number;
  readonly open: boolean;
}

/** Host mode: its own program, started here with what this command was told. */
export async function serve(context: Context, _args: string[], options: ServeOptions): Promise<Result> {
  const { json, profile, language, set } = context.options;
  return runProgram(context, 'host', [
    ...(options.port === undefined ? [] : ['--port', String(options.port)]),
    ...(options.open ? [] : ['--no-open']),
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(language === undefined ? [] : ['--language', language]),
    ...(json === true ? ['--json'] : []),
    ...(set ?? []).flatMap((setting) => ['--set', setting]),
  ]);
}

/** The portal has options and a help of its own: they are passed on as they were written. */
export async function portal(context: Context): Promise<Result> {
  const { argv } = context;
  return runProgram(context, 'portal', argv.slice(commandAt(argv) + 1));
}

function runProgram(context: Context, program: 'host' | 'portal', args: readonly string[]): Promise<Result> {
  const { programs, folder, environment } = context;
  const before = ['--import', pathToFileURL(programs.endWithParent).href];
  const child = spawn(process.execPath, [...before, programs[program], ...args], {
    cwd: folder,
    env: { ...environment },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  let asked = false;
  return new Promise((resolve, reject) => {
    // Ctrl+C may have reached the program already; it is never killed, so that it ends in order. A second signal is this command's own.
    const giveBackSignals = context.takeSignals(() => {
      giveBackSignals();
      asked = true;
      if (child.connected) child.disconnect();
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      giveBackSignals();
      // As shells do: 128 and the signal's number; unless it was the one that asked it to end.
      const ended = asked || signal === null ? exitCodes.ok : 128 + constants.signals[signal];
      resolve({ code: code ?? ended, json: {}, text: '', written: true });
    });
  });
}
