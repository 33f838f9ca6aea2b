import type { Page } from 'playwright-core';
import type { FakeCore, FakeWorld } from '../fake-core.ts';
import type { OpenScenario } from '../open-scenario.ts';

/** A state of the window that somebody can look at: the snapshot, what the core refuses or leaves waiting, and the page. */
export interface Scenario {
  /** `license/offline`: screen, then state. Also the name of its pictures. */
  readonly name: string;
  readonly world: FakeWorld;
  /** What the core refuses or leaves waiting. */
  readonly prepare?: (core: FakeCore) => void;
  /** Address of the page within the window, `#/settings`. */
  readonly hash?: string;
  /** The core is gone after `act`: the window hears of no other theme or language. */
  readonly endsCore?: true;
  /** What the person does to get there. Tests and pictures do it; the preview leaves it to whoever looks. */
  readonly act?: (page: Page, opened: OpenScenario) => Promise<void>;
}
