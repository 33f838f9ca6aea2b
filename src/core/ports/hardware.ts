import type { componentNames } from '../../contract/primitives.ts';

export type RawComponents = Partial<Record<(typeof componentNames)[number], string>>;

/** Raw hardware identifiers of this machine. They are hashed at once (domain/device) and never stored, logged or sent. */
export interface Hardware {
  readonly hostName: string;
  readonly platform: 'windows' | 'macos' | 'linux';
  read(): Promise<RawComponents>;
  /** The addresses that this machine has now, as a text that changes when it joins or leaves a network. Quick; never throws. */
  addresses(): string;
}
