import type { FakeCore, FakeWorld } from '../fake-core.ts';

/** A state of the window that somebody can look at: the snapshot, what the core refuses or leaves waiting, and the page. */
export interface Scenario {
  /** `license/offline`: screen, then state. Also the name of its pictures. */
  readonly name: string;
  readonly world: FakeWorld;
  /** What the core refuses or leaves waiting. */
  readonly prepare?: (core: FakeCore) => void;
  /** Address of the page within the window, `#/settings`. */
  readonly hash?: string;
}
