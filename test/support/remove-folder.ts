import { rm } from 'node:fs/promises';

/** Removes a test's folder. What was being written when a client ended may still arrive, on a busy machine seconds later. */
export async function removeFolder(folder: string): Promise<void> {
  const windows = process.platform === 'win32';
  await rm(folder, { recursive: true, force: true, maxRetries: windows ? 1 : 10 }).catch((error: unknown) => {
    // Windows removes no file that is open, and what a test has die or left to end by itself in this process keeps some.
    if (!windows) throw error;
  });
}
