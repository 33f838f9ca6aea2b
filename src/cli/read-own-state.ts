import { existsSync } from 'node:fs';
import { config } from 'zod';
import type { AppState } from '../contract/client/state.ts';
import type { Http } from '../core/ports/index.ts';
import { createNodePorts } from '../core/shell/node-ports.ts';
import { initialState } from '../core/state/initial-state.ts';
import type { Context } from './context.ts';
import { tellKeptAside } from './notices.ts';
import { noWindow, shellOf } from './shell-of.ts';
import { surroundingsOf } from './surroundings.ts';

// Each schema is used once: making a function of it first costs more than it saves.
config({ jitless: true });

/**
 * The snapshot of a core that reaches nobody. A profile that nobody has used yet stays untouched. Loaded by itself: whoever only wants to know
 * pays for no broker, no control endpoint and no procedures of another process.
 */
export async function readOwnState(context: Context): Promise<AppState> {
  const silent: Http = {
    fetch: ({ signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
    close: async () => {},
  };
  const ports = await createNodePorts(surroundingsOf(context), {
    ...shellOf(context, 'command', noWindow),
    http: () => silent,
  });
  try {
    tellKeptAside(context, ports.settings);
    if (!existsSync(ports.paths.data)) return { ...initialState(ports), licenses: [] };
    const { composeCore } = await import('../core/compose-core.ts');
    const { core } = composeCore(ports);
    await core.start({ onlyLooks: true });
    const state = core.state.get();
    await core.stop();
    return state;
  } finally {
    await ports.close();
  }
}
