import { fileURLToPath } from 'node:url';
import { createHost } from '../../../src/host/create-host.ts';
import { createMemoryLog } from '../log.ts';
import { createFakeCore, type FakeCore } from './fake-core.ts';
import type { Scenario } from './scenarios/scenario.ts';

/** The built window: `node scripts/build.ts renderer`. */
export const builtWindow = fileURLToPath(new URL('../../../out/renderer/', import.meta.url));

export interface OpenScenario {
  readonly core: FakeCore;
  /** Lets a browser in once and shows the page. */
  readonly address: string;
  readonly origin: string;
  /** What the host refused, in its own words. */
  readonly log: ReturnType<typeof createMemoryLog>['lines'];
  /** The core goes away, as when its program is ended. */
  close(): Promise<void>;
}

/** Serves the built window over the scenario's core through the real host: its cookie, its content policy, its WebSocket. */
export async function openScenario(
  scenario: Scenario,
  change: Partial<Scenario['world']['state']> = {},
  page: string = builtWindow,
): Promise<OpenScenario> {
  const core = createFakeCore({ ...scenario.world, state: { ...scenario.world.state, ...change } });
  scenario.prepare?.(core);
  const log = createMemoryLog();
  const host = await createHost({
    client: core.router,
    page,
    port: 0,
    refusalWords: () => ({ language: 'es', title: 'No link', means: '', next: '' }),
    used: () => {},
    log,
  });
  return {
    core,
    address: `${host.createLink()}${scenario.hash ?? ''}`,
    origin: host.origin,
    log: log.lines,
    close: () => host.close(),
  };
}
