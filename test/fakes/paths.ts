import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Paths } from '../../src/core/ports/paths.ts';

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

/** What was being written when a client ended may still arrive, on a busy machine seconds later. */
async function removeFolder(folder: string): Promise<void> {
  const windows = process.platform === 'win32';
  await rm(folder, { recursive: true, force: true, maxRetries: windows ? 3 : 10 }).catch((error: unknown) => {
    // Windows removes no file that is open, and a client that a test has die in this process keeps its lock's open.
    if (!windows) throw error;
  });
}
