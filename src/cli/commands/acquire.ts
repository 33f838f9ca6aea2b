import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BrokerLicense } from '../../contract/broker.ts';
import { AldabaError } from '../../contract/errors.ts';
import type { Paths } from '../../core/ports/index.ts';
import { type BrokerConnection, connectToBroker } from '../broker-connection.ts';
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

/** ms between two looks for a client that went away while the command runs. */
const comeBackTerm = 500;

/**
 * Runs a command while holding a license, as a program that does not know Aldaba: it computes, so that nothing but a license to compute starts
 * it. A client that goes away and comes back meanwhile is asked again. Ends with the command's own exit code; otherwise the command did not start.
 */
export async function acquire(
  context: Context,
  [product = '', ...command]: string[],
  options: AcquireOptions,
): Promise<Result> {
  const [name, ...args] = command;
  if (name === undefined) throw new UsageError('usage.noCommand');
  const agent = await openAgent(context);
  const ask = (signal: AbortSignal) => connectAndAcquire(context, agent.paths, product, options, signal);
  try {
    const { broker, license } = await ask(context.signal).catch(async (error: unknown) => {
      throw error instanceof AldabaError ? await explain(context, error) : error;
    });
    const over = new AbortController();
    const holding = hold(broker, ask, over.signal);
    try {
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
      over.abort();
      await holding;
    }
  } finally {
    await agent.close();
  }
}

async function connectAndAcquire(
  context: Context,
  paths: Pick<Paths, 'runtime'>,
  product: string,
  options: AcquireOptions,
  signal: AbortSignal,
): Promise<{ broker: BrokerConnection; license: BrokerLicense }> {
  const broker = await connectToBroker(paths, {
    program: product,
    version: options.productVersion,
    nonce: randomBytes(16).toString('base64url'),
    language: context.language,
  });
  try {
    const input = { features: [...(options.feature ?? [])], interactive: options.question };
    return { broker, license: await broker.acquire(input, signal) };
  } catch (error) {
    broker.close();
    throw error;
  }
}

/** Keeps the license in use until `over`, then gives it back; a client that is gone by then has nothing to be told. */
async function hold(
  first: BrokerConnection,
  again: (signal: AbortSignal) => Promise<{ broker: BrokerConnection }>,
  over: AbortSignal,
): Promise<void> {
  let broker: BrokerConnection | null = first;
  const ended = new Promise<void>((resolve) => over.addEventListener('abort', () => resolve()));
  while (!over.aborted) {
    if (broker === null) await sleep(comeBackTerm, undefined, { signal: over }).catch(() => undefined);
    else await Promise.race([broker.closed, ended]);
    if (over.aborted) break;
    broker = await again(over).then(
      (found) => found.broker,
      () => null,
    );
  }
  await broker?.release().catch(() => undefined);
  broker?.close();
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
