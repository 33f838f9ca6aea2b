import type { Clock } from '../ports/clock.ts';
import type { SettingsStore } from '../ports/settings.ts';
import { asAldabaError } from '../problem.ts';

/** ms of running time between two questions, however many windows ask. */
const leastPause = 5000;

/**
 * Asks the portal whether it is there again, for a person who waits for it: what failed before waits for up to 5 min, and goes on within a
 * second once anything got an answer (`Gateway.onContact`). A portal that named a time (Retry-After) is not asked before it.
 *
 * @param ask a question to the portal; any answer will do
 * @returns asks, unless it did so just now or no portal is set. Never throws: what was found shows in the snapshot
 */
export function createRecheck(
  { clock, settings }: { clock: Clock; settings: SettingsStore },
  ask: () => Promise<unknown>,
): () => Promise<void> {
  let notBefore = 0;
  let current: Promise<void> | null = null;

  async function run(): Promise<void> {
    let pause = leastPause;
    try {
      await ask();
    } catch (error) {
      pause = Math.max(pause, (asAldabaError(error).data?.retryAfter ?? 0) * 1000);
    }
    notBefore = clock.monotonic() + pause;
    current = null;
  }

  return async () => {
    if (settings.current().portal === null || clock.monotonic() < notBefore) return;
    current ??= run();
    await current;
  };
}
