import { join } from 'node:path';
import { randomPipeName } from '../../src/core/local-server.ts';

/** Where a test of this system's processes listens: a socket in the folder, or on Windows a pipe, which has no folder. */
export function localAddress(folder: string, name: string): string {
  return process.platform === 'win32' ? randomPipeName() : join(folder, name);
}
