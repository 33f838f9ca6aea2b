import type { ContractRouterClient } from '@orpc/contract';
import type { ClientContract } from '../contract/client.ts';
import { AldabaError } from '../contract/errors.ts';
import type { Mode } from '../contract/primitives.ts';
import { connectToRunning } from '../core/shell/control-client.ts';
import { pathsOf } from '../core/shell/surroundings.ts';
import type { Context, Result } from './context.ts';
import { refuseSettings } from './refuse-settings.ts';
import { surroundingsOf } from './surroundings.ts';
import { untilAborted } from './until-aborted.ts';

export type Client = ContractRouterClient<ClientContract>;

export interface OpenClient {
  readonly client: Client;
  /** Process of the client that runs on this profile; null: this command composed its own, until `close`. */
  readonly pid: number | null;
  /** Keeps a way in that setup has only begun, for the next command; null: the running client remembers by itself. */
  readonly keep: ((way: { mode: Mode; portal: string | null }) => Promise<void>) | null;
  close(): Promise<void>;
}

/**
 * The client of this profile: the one that runs (window, agent or host), else a core of this command's own, which answers no
 * programs and ends with it.
 */
export async function openClient(context: Context): Promise<OpenClient> {
  const paths = pathsOf(surroundingsOf(context));
  const running = await connectToRunning(paths);
  if (running !== null) {
    try {
      refuseSettings(context, running.pid);
    } catch (error) {
      running.close();
      throw error;
    }
    return {
      client: running.client.client,
      pid: running.pid,
      keep: null,
      close: async () => running.close(),
    };
  }
  const { openOwnClient } = await import('./own-client.ts');
  return openOwnClient(context);
}

/** ms that the work may take after an abort, so that the client is still closed within what the whole command has (run.ts). */
const workTerm = 1000;

/** Runs `work` with the profile's client and lets go of it, whatever happens. */
export async function withClient(
  context: Context,
  work: (client: Client, opened: OpenClient) => Promise<Result>,
): Promise<Result> {
  const opened = await openClient(context);
  try {
    return await untilAborted(context.signal, workTerm, work(opened.client, opened));
  } finally {
    await opened.close();
  }
}

/**
 * Before a secret is asked for that is to be kept.
 *
 * @throws AldabaError `keychain-unavailable` when it would be forgotten at the end of this command
 */
export async function requireKeeping({ client, pid }: OpenClient): Promise<void> {
  const { keychain } = await client.state.get();
  if (pid === null && keychain.backend === 'memory')
    throw new AldabaError('keychain-unavailable', 'this command would keep nothing');
}
