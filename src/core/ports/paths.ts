/** Absolute folders, all of them inside one isolated profile. Created with mode 0700 by whoever writes first. */
export interface Paths {
  /** Settings, clock mark. */
  readonly config: string;
  /** Leases and license files (signed, not secret). */
  readonly data: string;
  /** Sockets, lock files; a 0700 folder. It follows from `data`: two processes with the same leases find each other. */
  readonly runtime: string;
  readonly downloads: string;
  readonly logs: string;
}
