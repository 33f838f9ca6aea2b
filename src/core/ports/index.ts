import type { Clock } from './clock.ts';
import type { Hardware } from './hardware.ts';
import type { Http } from './http.ts';
import type { Log } from './log.ts';
import type { Opener } from './opener.ts';
import type { Paths } from './paths.ts';
import type { Secrets } from './secrets.ts';
import type { SettingsStore } from './settings.ts';

/** Everything the core needs from outside; `createCore` is the only place that wires. */
export interface Ports {
  clock: Clock;
  secrets: Secrets;
  settings: SettingsStore;
  http: Http;
  hardware: Hardware;
  opener: Opener;
  log: Log;
  paths: Paths;
  client: {
    version: string;
    shell: 'electron' | 'browser' | 'cli' | 'test';
    /** Whether the shell can start with the computer; absent: it cannot. */
    canAutoStart?: boolean;
  };
  /**
   * Public root keys (JWK `x`) that documents are trusted by. Compiled in by the vendor's build (`src/contract/root-keys.ts`);
   * the demonstration's start passes its own portal's root. Never a user setting.
   */
  rootKeys: readonly string[];
}

export type { Clock, Hardware, Http, Log, Opener, Paths, Secrets, SettingsStore };
