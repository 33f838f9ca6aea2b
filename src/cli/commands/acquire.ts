import { constants } from 'node:os';
import spawn from 'cross-spawn';
import type { BrokerLicense } from '../../contract/broker.ts';
import { type Context, type Result, UsageError } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { type UseOptions, withUse } from '../with-use.ts';

/**
 * Runs a command while holding a license, as a program that does not know Aldaba: it computes, so that nothing but a license to compute starts
 * it. A client that goes away meanwhile is asked again when it comes back; when it does not, this command takes its place. Ends with the
 * command's own exit code; otherwise the command did not start.
 */
export async function acquire(
  context: Context,
  [product = '', ...command]: string[],
  options: UseOptions,
): Promise<Result> {
  const [name, ...args] = command;
  if (name === undefined) throw new UsageError('usage.noCommand');
  return withUse(context, product, options, async (license) => {
    const code = await runCommand(context, name, args, product, license);
    return {
      code,
      json: { product, exitCode: code, state: license.state, permit: license.permit },
      text: '',
    };
  });
}

function runCommand(
  context: Context,
  name: string,
  args: readonly string[],
  product: string,
  license: BrokerLicense,
): Promise<number> {
  return new Promise((resolve, reject) => {
    // With --json standard output is this command's answer; the program's own goes to standard error.
    const stdio = context.options.json === true ? (['inherit', 2, 2] as const) : 'inherit';
    // Node alone starts no batch file on Windows, which is what jobs there are.
    const child = spawn(name, args, {
      cwd: context.folder,
      stdio: stdio === 'inherit' ? stdio : [...stdio],
      env: { ...context.environment, ALDABA_PRODUCT: product, ALDABA_PERMIT: license.permit },
    });
    // Ctrl+C reaches the command from the terminal; what it makes of it is its own affair.
    const giveBackSignals = context.takeSignals((signal) => void (signal !== 'SIGINT' && child.kill(signal)));
    child.once('error', () => {
      giveBackSignals();
      reject(new UsageError('usage.noCommandFound', { name }));
    });
    child.once('exit', (code, signal) => {
      giveBackSignals();
      // As shells do: 128 and the signal's number.
      resolve(code ?? (signal === null ? exitCodes.failed : 128 + constants.signals[signal]));
    });
  });
}
