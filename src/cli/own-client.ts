import { createRouterClient } from '@orpc/server';
import { AldabaError } from '../contract/errors.ts';
import { createCore } from '../core/create-core.ts';
import type { Opener, Paths } from '../core/ports/index.ts';
import { connectToRunning } from '../core/shell/control-client.ts';
import { createNodePorts } from '../core/shell/node-ports.ts';
import { type RunningProcess, startClient } from '../core/shell/start-client.ts';
import { pathsOf } from '../core/shell/surroundings.ts';
import type { Context } from './context.ts';
import type { OpenClient } from './open-client.ts';
import { refuseSettings } from './refuse-settings.ts';
import { noWindow, shellOf } from './shell-of.ts';
import { surroundingsOf } from './surroundings.ts';

/** A core that answers no programs, for one command. */
export async function openOwnClient(context: Context): Promise<OpenClient> {
  const ports = await createNodePorts(surroundingsOf(context), shellOf(context, 'command', noWindow));
  const core = createCore(ports);
  const close = async () => {
    await core.stop();
    await ports.close();
  };
  try {
    await core.start();
  } catch (error) {
    await close();
    throw error;
  }
  return {
    client: createRouterClient(core.router),
    pid: null,
    keep: (way) => ports.settings.update(way),
    close,
  };
}

/** Starts the whole client in this process. */
export function startOwnAgent(context: Context, opener: Opener, stop: () => void): Promise<RunningProcess> {
  return startClient({
    surroundings: surroundingsOf(context),
    shell: shellOf(context, 'agent', opener),
    actions: {
      kind: 'agent',
      version: context.version,
      address: () => null,
      open: async () => {
        throw new AldabaError('sign-in-unavailable', 'an agent has no window');
      },
      stop,
    },
  });
}

/** Whoever answers programs on this profile: the running client, else one in this process until `close`. */
export async function openAgent(
  context: Context,
): Promise<{ paths: Pick<Paths, 'runtime'>; close(): Promise<void> }> {
  const paths = pathsOf(surroundingsOf(context));
  const running = await connectToRunning(paths);
  if (running !== null) {
    running.close();
    refuseSettings(context, running.pid);
    return { paths, close: async () => {} };
  }
  const own = await startOwnAgent(context, noWindow, () => {});
  return { paths, close: () => own.stop() };
}
