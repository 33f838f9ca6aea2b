import type { AppState } from '../../contract/client/state.ts';
import { type Client, type Connect, createClient, LinkRefused, type Wire } from './link.ts';
import { shareStructure } from './share-structure.ts';

/** `refused`: a new launch link is needed. `lost`: it is being tried again. */
export type LinkState = 'connecting' | 'connected' | 'lost' | 'refused';

export interface Snapshot {
  readonly link: LinkState;
  /** The last one that came; null before the first. */
  readonly state: AppState | null;
}

export interface WindowStore {
  readonly client: Client;
  get(): Snapshot;
  subscribe(listener: () => void): () => void;
  /** Tries to reach the core now instead of at the end of the pause. */
  retry(): void;
  close(): void;
}

/** Pauses between attempts to reach the core, in ms; the last one repeats. It is on this machine, so they are short. */
const pauses = [150, 300, 600, 1200, 2500, 5000];

/** Follows the core's snapshots for as long as the page lives, and opens the way to it again whenever it closes. */
export function createWindowStore(connect: Connect): WindowStore {
  const listeners = new Set<() => void>();
  let snapshot: Snapshot = { link: 'connecting', state: null };
  let wire: Wire | null = null;
  let closed = false;
  let wake = () => {};

  const client = createClient(() => wire);

  function publish(change: Partial<Snapshot>): void {
    const next = { ...snapshot, ...change };
    if (next.link === snapshot.link && Object.is(next.state, snapshot.state)) return;
    snapshot = next;
    for (const listener of listeners) listener();
  }

  async function follow(): Promise<void> {
    wire = await connect();
    const abort = new AbortController();
    void wire.closed.then(() => abort.abort());
    for await (const next of await client.state.watch(undefined, { signal: abort.signal })) {
      publish({ link: 'connected', state: shareStructure(snapshot.state, next) });
    }
  }

  async function run(): Promise<void> {
    for (let attempt = 0; !closed; attempt += 1) {
      let refused = false;
      await follow().catch((error: unknown) => {
        refused = error instanceof LinkRefused;
      });
      if (snapshot.link === 'connected') attempt = 0;
      wire?.close();
      wire = null;
      if (closed) return;
      publish({ link: refused ? 'refused' : snapshot.state === null ? 'connecting' : 'lost' });
      await pause(pauses[Math.min(attempt, pauses.length - 1)] as number);
    }
  }

  function pause(delay: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, delay);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  void run();
  return {
    client,
    get: () => snapshot,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    retry: () => wake(),
    close() {
      closed = true;
      wire?.close();
      wake();
    },
  };
}
