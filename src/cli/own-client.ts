import { createRouterClient } from '@orpc/server';
import { AldabaError } from '../contract/errors.ts';
import { createCore } from '../core/create-core.ts';
import type { Opener } from '../core/ports/index.ts';
import { runEveryStep } from '../core/run-every-step.ts';
import { createNodePorts } from '../core/shell/node-ports.ts';
import { type RunningProcess, startClient } from '../core/shell/start-client.ts';
import type { Context } from './context.ts';
import { tellKeptAside } from './notices.ts';
import type { OpenClient } from './open-client.ts';
import { noWindow, shellOf } from './shell-of.ts';
import { surroundingsOf } from './surroundings.ts';

/** A core that answers no programs, for one command. */
export async function openOwnClient(context: Context): Promise<OpenClient> {
  const ports = await createNodePorts(surroundingsOf(context), shellOf(context, 'command', noWindow));
  tellKeptAside(context, ports.settings);
  const core = createCore(ports);
  const close = () =>
    runEveryStep(
      () => core.stop(),
      () => ports.close(),
    );
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
