import type { Problem } from '../../contract/client/problem.ts';
import type { Gateway, StateStore } from '../parts.ts';
import type { Clock } from '../ports/clock.ts';
import type { SettingsStore } from '../ports/settings.ts';

type Contact = { ok: true } | { ok: false; problem: Problem };

/** What the last contact with each portal address said. */
export interface Contacts {
  /** Counts what this gateway, which talks to `address()`, hears. @returns stops it */
  follow(gateway: Gateway, address: () => string | null): () => void;
  stop(): void;
}

/** Keeps `connection` in the snapshot by the contacts with the configured portal, also those from before it was configured. */
export function showConnection(state: StateStore, settings: SettingsStore, clock: Clock): Contacts {
  const last = new Map<string, Contact>();

  function show(): void {
    const { mode, portal } = settings.current();
    const contact = portal === null ? undefined : last.get(portal);
    const before = state.get().connection;
    const next =
      mode === 'standalone'
        ? 'not-needed'
        : contact === undefined
          ? 'unknown'
          : contact.ok
            ? 'online'
            : 'offline';
    const problem = next === 'offline' && contact?.ok === false ? contact.problem : null;
    if (before.state === next && before.problem?.code === problem?.code) return;
    const since = before.state === next ? before.since : new Date(clock.now()).toISOString();
    state.update({ connection: { state: next, since, problem } });
  }

  show();
  const stop = settings.onChange(show);
  return {
    follow(gateway, address) {
      return gateway.onContact((contact) => {
        const at = address();
        if (at === null) return;
        last.set(at, contact);
        show();
      });
    },
    stop,
  };
}
