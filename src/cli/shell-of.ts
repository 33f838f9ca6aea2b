import { AldabaError } from '../contract/errors.ts';
import { rootKeys } from '../contract/root-keys.ts';
import type { Opener } from '../core/ports/index.ts';
import type { Shell } from '../core/shell/node-ports.ts';
import type { Context } from './context.ts';

/** The command line as a shell of the core. */
export function shellOf(context: Context, name: Shell['name'], opener: Opener): Shell {
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
