import type { AppState } from '../contract/client/state.ts';
import { readRunningState } from '../core/shell/control-port.ts';
import { pathsOf } from '../core/shell/surroundings.ts';
import type { Context } from './context.ts';
import { refuseSettings } from './refuse-settings.ts';
import { surroundingsOf } from './surroundings.ts';

/** What the profile's client knows: from the running one, else from disk and keychain, with no network and no program answered. */
export async function readState(context: Context): Promise<{ state: AppState; pid: number | null }> {
  const running = await readRunningState(pathsOf(surroundingsOf(context)));
  if (running !== null) {
    refuseSettings(context, running.pid);
    return running;
  }
  const { readOwnState } = await import('./read-own-state.ts');
  return { state: await readOwnState(context), pid: null };
}
