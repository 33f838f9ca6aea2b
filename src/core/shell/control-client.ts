import { createORPCClient } from '@orpc/client';
import { RPCLink } from '@orpc/client/message-port';
import type { ContractRouterClient } from '@orpc/contract';
import type { ControlContract } from '../../contract/control.ts';
import type { Paths } from '../ports/index.ts';
import { inTime, openControlPort } from './control-port.ts';

/** A client that runs on this profile in another process. */
export interface RunningClient {
  readonly pid: number;
  readonly client: ContractRouterClient<ControlContract>;
  /** Resolves when the other process is gone. */
  readonly closed: Promise<void>;
  close(): void;
}

/**
 * The client that runs on this profile; null when there is none. What a dead one left behind counts as none.
 *
 * @throws AldabaError `client-silent` when it does not answer
 */
export async function connectToRunning(
  paths: Pick<Paths, 'runtime'>,
  term?: number,
): Promise<RunningClient | null> {
  const found = await openControlPort(paths, 'control');
  if (found === null) return null;
  const { port, pid, closed, abandon } = found;
  const client: ContractRouterClient<ControlContract> = createORPCClient(new RPCLink({ port }));
  port.start();
  const ended = closed.then(() => false);
  const answers = client.shell.info().then(
    () => true,
    () => ended,
  );
  try {
    if (!(await inTime(pid, Promise.race([answers, ended]), term))) return null;
  } catch (error) {
    abandon();
    throw error;
  }
  return { pid, client, closed, close: () => port.close() };
}
