import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import type { BrokerLicense } from '../../contract/broker.ts';
import { AldabaError } from '../../contract/errors.ts';
import { type Context, type Result, UsageError } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { createLicenseUse } from '../license-use.ts';
import { readState } from '../read-state.ts';
import { refusal } from '../refusal.ts';

interface AcquireOptions {
  readonly productVersion: string;
  readonly feature?: readonly string[];
  readonly question: boolean;
}

/**
 * Runs a command while holding a license, as a program that does not know Aldaba: it computes, so that nothing but a license to compute starts
 * it. A client that goes away meanwhile is asked again when it comes back; when it does not, this command takes its place. Ends with the
 * command's own exit code; otherwise the command did not start.
 */
export async function acquire(
  context: Context,
  [product = '', ...command]: string[],
  options: AcquireOptions,
): Promise<Result> {
  const [name, ...args] = command;
  if (name === undefined) throw new UsageError('usage.noCommand');
  const use = createLicenseUse(context, {
    product,
    version: options.productVersion,
    features: [...(options.feature ?? [])],
    interactive: options.question,
  });
  try {
    const license = await use.begin().catch(async (error: unknown) => {
      throw error instanceof AldabaError ? await explain(context, error) : error;
    });
    if (license.permit !== 'full') {
      const standing = license.permit === 'none' ? 'not-licensed' : 'read-only';
      throw await explain(context, refusal({ code: license.reason ?? standing, data: { product } }));
    }
    const code = await runCommand(context, name, args, product, license);
    return {
      code,
      json: { product, exitCode: code, state: license.state, permit: license.permit },
      text: '',
    };
  } finally {
    await use.end();
  }
}

/** A setup that waits for somebody to sign in is told as that: it is the person's next step. */
async function explain(context: Context, refused: AldabaError): Promise<AldabaError> {
  if (refused.code !== 'not-configured') return refused;
  const { setup } = (await readState(context)).state;
  const waits = setup.step === 'sign-in' || setup.step === 'choose-account';
  return waits ? refusal({ code: 'not-signed-in', data: refused.data }) : refused;
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
