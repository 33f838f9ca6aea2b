import { inject, vi } from 'vitest';

declare module 'vitest' {
  interface ProvidedContext {
    /** ms that a test waits for what is under way: half of its own limit. */
    patience: number;
  }
}

/**
 * Waits, in real time, until the check passes: what a timer or the other end of a socket set off takes its moments, on a busy machine many.
 *
 * @param interval ms between two checks
 */
export function becomes<T>(check: () => T | Promise<T>, interval = 5): Promise<T> {
  return vi.waitFor(check, { timeout: inject('patience'), interval });
}
