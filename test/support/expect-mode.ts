import { stat } from 'node:fs/promises';
import { expect } from 'vitest';

/** Who may do what with a file or folder, where the system has mode bits: Windows has none. */
export async function expectMode(path: string, mode: number): Promise<void> {
  if (process.platform !== 'win32') expect((await stat(path)).mode & 0o777, path).toBe(mode);
}
