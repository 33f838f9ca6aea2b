import type { Gateway, StateStore } from '../parts.ts';
import type { Clock } from '../ports/clock.ts';
import type { SettingsStore } from '../ports/settings.ts';

/** Keeps `connection` in the snapshot: what the last contact with the configured portal said. @returns stops it */
export function showConnection(
  gateway: Gateway,
  state: StateStore,
  settings: SettingsStore,
  clock: Clock,
): () => void {
  const now = () => new Date(clock.now()).toISOString();

  function rest(): void {
    const { mode } = settings.current();
    const { state: shown } = state.get().connection;
    if (mode === 'standalone' && shown !== 'not-needed') {
      state.update({ connection: { state: 'not-needed', since: null, problem: null } });
    } else if (mode !== 'standalone' && shown === 'not-needed') {
      state.update({ connection: { state: 'unknown', since: null, problem: null } });
    }
  }

  rest();
  const stopSettings = settings.onChange(rest);
  const stopContact = gateway.onContact((contact) => {
    if (settings.current().mode === 'standalone') return;
    const before = state.get().connection;
    const next = contact.ok ? 'online' : 'offline';
    const since = before.state === next ? before.since : now();
    const problem = contact.ok ? null : contact.problem;
    if (before.state === next && before.problem?.code === problem?.code) return;
    state.update({ connection: { state: next, since, problem } });
  });
  return () => {
    stopSettings();
    stopContact();
  };
}
