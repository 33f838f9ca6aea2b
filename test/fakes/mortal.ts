import type { Http } from '../../src/core/ports/http.ts';
import type { Ports } from '../../src/core/ports/index.ts';
import type { Secrets } from '../../src/core/ports/secrets.ts';
import type { SettingsStore } from '../../src/core/ports/settings.ts';

/** What leaves a trace outside the process: a write to the keychain or the settings, a request that the portal gets, its answer. */
export type Effect = `${'set' | 'delete'} ${string}` | 'settings' | 'request' | 'answer';

export interface Mortal {
  ports: Pick<Ports, 'secrets' | 'settings' | 'http'>;
  /** Effects so far. */
  readonly effects: Effect[];
  /** Resolves when the process died. */
  readonly died: Promise<void>;
  /** From now on, whatever happened so far does not count. */
  arm(at: number, moment: 'before' | 'after'): void;
}

/**
 * The outside of a process that dies at its n-th effect, just before or just after it: from then on nothing that it does reaches
 * anything, and nothing that it waits for ever comes.
 */
export function createMortal(alive: Pick<Ports, 'secrets' | 'settings' | 'http'>): Mortal {
  const effects: Effect[] = [];
  let dead = false;
  let fatal = { at: Number.POSITIVE_INFINITY, moment: 'before' as 'before' | 'after' };
  let tellDeath: () => void = () => {};
  const died = new Promise<void>((resolve) => {
    tellDeath = resolve;
  });
  const never = new Promise<never>(() => {});

  function die(): Promise<never> {
    dead = true;
    tellDeath();
    return never;
  }

  async function mortal<T>(effect: Effect | null, act: () => Promise<T>): Promise<T> {
    if (dead) return never;
    if (effect === null) {
      const result = await act();
      return dead ? never : result;
    }
    const number = effects.push(effect) - 1;
    if (number === fatal.at && fatal.moment === 'before') return die();
    const result = await act();
    if (number === fatal.at) return die();
    return dead ? never : result;
  }

  const secrets: Secrets = {
    backend: alive.secrets.backend,
    get: (name) => mortal(null, () => alive.secrets.get(name)),
    set: (name, value) => mortal(`set ${name}`, () => alive.secrets.set(name, value)),
    delete: (name) => mortal(`delete ${name}`, () => alive.secrets.delete(name)),
  };
  const settings: SettingsStore = {
    current: () => alive.settings.current(),
    locked: () => alive.settings.locked(),
    update: (change) => mortal('settings', () => alive.settings.update(change)),
    reload: () => mortal(null, () => alive.settings.reload()),
    onChange: (listener) => alive.settings.onChange(listener),
    recoveredFrom: alive.settings.recoveredFrom,
    problems: alive.settings.problems,
    acknowledge: (problem) => mortal('settings', () => alive.settings.acknowledge(problem)),
  };
  const http: Http = {
    fetch: async (request) => {
      const response = await mortal('request', () => alive.http.fetch(request));
      return mortal('answer', async () => response);
    },
    close: () => alive.http.close(),
  };
  return {
    ports: { secrets, settings, http },
    effects,
    died,
    arm(at, moment) {
      effects.length = 0;
      fatal = { at, moment };
    },
  };
}
