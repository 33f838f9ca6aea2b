import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import type { BrokerLicense } from '../../contract/broker.ts';
import { AldabaError } from '../../contract/errors.ts';
import { connectToBroker } from '../broker-connection.ts';
import { type Context, type Result, UsageError } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { openAgent } from '../own-client.ts';
import { readState } from '../read-state.ts';
import { refusal } from '../refusal.ts';

interface AcquireOptions {
  readonly productVersion: string;
  readonly feature?: readonly string[];
  readonly question: boolean;
}

/**
 * Runs a command while holding a license, as a program that does not know Aldaba. Ends with the command's own exit code; 3 or 4
 * when there was no license and the command did not start.
 */
export async function acquire(
  context: Context,
  [product = '', ...command]: string[],
  options: AcquireOptions,
): Promise<Result> {
  const [name, ...args] = command;
  if (name === undefined) throw new UsageError('usage.noCommand');
  const agent = await openAgent(context);
  try {
    const broker = await connectToBroker(agent.paths, {
      program: product,
      version: options.productVersion,
      nonce: randomBytes(16).toString('base64url'),
      language: context.language,
    });
    try {
      const input = { features: [...(options.feature ?? [])], interactive: options.question };
      const license = await broker.acquire(input, context.signal).catch(async (error: unknown) => {
        throw error instanceof AldabaError ? await explain(context, error) : error;
      });
      if (license.permit === 'none')
        throw await explain(context, refusal({ code: license.reason ?? 'not-licensed', data: { product } }));
      const code = await runCommand(context, name, args, product, license);
      await broker.release();
      return {
        code,
        json: { product, exitCode: code, state: license.state, permit: license.permit },
        text: '',
      };
    } finally {
      broker.close();
    }
  } finally {
    await agent.close();
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
    const forward = () => child.kill('SIGTERM');
    context.signal.addEventListener('abort', forward);
    child.once('error', () => reject(new UsageError('usage.noCommandFound', { name })));
    child.once('exit', (code, signal) => {
      context.signal.removeEventListener('abort', forward);
      // As shells do: 128 and the signal's number.
      resolve(code ?? (signal === null ? exitCodes.failed : 128 + constants.signals[signal]));
    });
  });
}
