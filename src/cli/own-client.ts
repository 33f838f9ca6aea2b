import { existsSync } from 'node:fs';
import { createRouterClient } from '@orpc/server';
import type { AppState } from '../contract/client/state.ts';
import { AldabaError } from '../contract/errors.ts';
import { rootKeys } from '../contract/root-keys.ts';
import { createCore } from '../core/create-core.ts';
import type { Http, Opener, Paths } from '../core/ports/index.ts';
import { connectToRunning } from '../core/shell/control-client.ts';
import { createNodePorts, type Shell } from '../core/shell/node-ports.ts';
import { type RunningProcess, startClient } from '../core/shell/start-client.ts';
import { pathsOf } from '../core/shell/surroundings.ts';
import { initialState } from '../core/state/initial-state.ts';
import type { Context } from './context.ts';
import { type OpenClient, refuseSettings } from './open-client.ts';
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

/** The snapshot of a core that reaches nobody. A profile that nobody has used yet stays untouched. */
export async function readOwnState(context: Context): Promise<AppState> {
  const silent: Http = {
    fetch: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
    close: async () => {},
  };
  const surroundings = surroundingsOf(context);
  const ports = await createNodePorts(surroundings, {
    ...shellOf(context, 'command', noWindow),
    http: () => silent,
  });
  try {
    if (!existsSync(ports.paths.data)) return { ...initialState(ports), licenses: [] };
    const core = createCore(ports);
    await core.start();
    const state = core.state.get();
    await core.stop();
    return state;
  } finally {
    await ports.close();
  }
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

function shellOf(context: Context, name: Shell['name'], opener: Opener): Shell {
  return {
    name,
    client: { version: context.version, shell: 'cli' },
    opener,
    rootKeys: rootKeys(context.developmentRoot),
  };
}

/** A command opens nothing by itself: it says where things are. */
export const noWindow: Opener = {
  showWindow: async () => false,
  openFile: async (path) => {
    throw new AldabaError('open-failed', 'a command opens no file', { file: path });
  },
  showInFolder: async () => {},
  openExternal: async () => {},
};
