import { setTimeout as sleep } from 'node:timers/promises';
import { AldabaError } from '../contract/errors.ts';
import { connectToRunning } from '../core/shell/control-client.ts';
import { endingLimit } from '../core/shell/ending-limit.ts';
import type { RunningProcess } from '../core/shell/start-client.ts';
import { pathsOf } from '../core/shell/surroundings.ts';
import type { Context } from './context.ts';
import { refuseSettings } from './refuse-settings.ts';
import { surroundingsOf } from './surroundings.ts';

/**
 * The client of this profile: the one that runs, else one that `start` makes of this process. One that is starting or ending has the profile and
 * answers nobody: it is looked for again until it does, or has gone.
 *
 * @throws AldabaError what `startClient` throws, `client-silent`; UsageError when settings were fixed and another process is the client
 */
export async function attachOrStart(
  context: Context,
  start: () => Promise<RunningProcess>,
  signal: AbortSignal = context.signal,
): Promise<{ own: null; pid: number } | { own: RunningProcess }> {
  const deadline = performance.now() + endingLimit;
  for (;;) {
    signal.throwIfAborted();
    const running = await connectToRunning(pathsOf(surroundingsOf(context)));
    if (running !== null) {
      running.close();
      refuseSettings(context, running.pid);
      return { own: null, pid: running.pid };
    }
    try {
      return { own: await start() };
    } catch (error) {
      const taken = error instanceof AldabaError && error.code === 'already-running';
      if (!taken || performance.now() > deadline) throw error;
    }
    await sleep(100, undefined, { signal });
  }
}
