import { spawn } from 'node:child_process';
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

/** The portal has options and a help of its own. */
export async function portal(context: Context, args: string[]): Promise<Result> {
  const { argv } = context;
  // As they were written: this command line knows only its own.
  return runProgram(context, 'portal', args.length === 0 ? [] : argv.slice(argv.indexOf('portal') + 1));
}

function runProgram(context: Context, program: 'host' | 'portal', args: readonly string[]): Promise<Result> {
  const child = spawn(process.execPath, [context.programs[program], ...args], {
    cwd: context.folder,
    env: { ...context.environment },
    stdio: 'inherit',
  });
  // Ctrl+C reaches both; a signal to this process alone is passed on.
  const forward = () => child.kill('SIGTERM');
  context.signal.addEventListener('abort', forward);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      context.signal.removeEventListener('abort', forward);
      resolve({ code: code ?? exitCodes.ok, json: {}, text: '', written: true });
    });
  });
}
