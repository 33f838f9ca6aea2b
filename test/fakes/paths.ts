import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Paths } from '../../src/core/ports/paths.ts';
import { removeFolder } from '../support/remove-folder.ts';

/** An empty profile in its own temporary folder; `remove` when the test is over. */
export async function createTempPaths(): Promise<Paths & { root: string; remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'aldaba-test-'));
  return {
    root,
    config: join(root, 'config'),
    data: join(root, 'data'),
    runtime: join(root, 'run'),
    downloads: join(root, 'downloads'),
    logs: join(root, 'logs'),
    remove: () => removeFolder(root),
  };
}
