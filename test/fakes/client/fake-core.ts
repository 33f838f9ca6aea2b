import type { AppState } from '../../../src/contract/client/state.ts';
import { AldabaError, type ErrorCode, type ErrorData } from '../../../src/contract/errors.ts';
import type { Release } from '../../../src/contract/portal/release.ts';
import type { StateStore } from '../../../src/core/parts.ts';
import { implementClient } from '../../../src/core/router/implement-client.ts';
import { createStateStore } from '../../../src/core/state/state-store.ts';
import { createFixedClock } from '../clock.ts';
import { createMemoryLog } from '../log.ts';
import { createFakeDirectory, type FakeDirectory } from './fake-directory.ts';
import { licenseProcedures } from './license-procedures.ts';
import { peopleProcedures } from './people.ts';
import { programsProcedures, releases } from './programs.ts';
import { sessionProcedures } from './session-procedures.ts';
import { setupProcedures } from './setup-procedures.ts';
import { present } from './states.ts';

export interface FakeWorld {
  readonly state: AppState;
  /** Contacts in the company's directory. */
  readonly contacts?: number;
  readonly releases?: readonly Release[];
}

/** What the procedures of the fake share. */
export interface FakeInside {
  readonly store: StateStore;
  readonly directory: FakeDirectory;
  readonly releases: readonly Release[];
  /** Throws `confirmation-required` until the password was given; then once not. */
  readonly stepUp: { confirmed: boolean };
}

/** The one password that is right. */
export const rightPassword = 'puente sobre el río ancho';

/**
 * A core in memory behind the real contract: inputs and outputs are checked, refusals are the contract's. It keeps what the window
 * does to it, and a test or a preview says beforehand what it refuses or leaves waiting. Procedures are named by path: `people.listContacts`.
 */
export function createFakeCore(world: FakeWorld) {
  const clock = createFixedClock(Date.parse(present));
  const store = createStateStore(world.state, clock);
  const inside: FakeInside = {
    store,
    directory: createFakeDirectory(world.contacts ?? 64),
    releases: world.releases ?? releases,
    stepUp: { confirmed: false },
  };
  const calls: { readonly procedure: string; readonly input: unknown }[] = [];
  const refusals = new Map<string, { code: ErrorCode; data: ErrorData }>();
  const holds = new Map<string, Promise<void>>();

  const os = implementClient(createMemoryLog()).use(async ({ next, path }, input) => {
    const procedure = path.join('.');
    calls.push({ procedure, input });
    await holds.get(procedure);
    const refusal = refusals.get(procedure);
    if (refusal !== undefined) throw new AldabaError(refusal.code, 'as the scenario says', refusal.data);
    return next();
  });

  const router = os.router({
    state: {
      get: os.state.get.handler(() => store.get()),
      watch: os.state.watch.handler(({ signal }) => store.watch(signal ?? new AbortController().signal)),
    },
    setup: setupProcedures(os.setup, inside),
    session: sessionProcedures(os.session, inside),
    ...licenseProcedures(os, inside),
    programs: programsProcedures(os.programs, inside),
    people: peopleProcedures(os.people, inside),
  });

  return {
    router,
    directory: inside.directory,
    calls: calls as readonly { readonly procedure: string; readonly input: unknown }[],
    callsTo: (procedure: string) =>
      calls.filter((call) => call.procedure === procedure).map((call) => call.input),
    get: () => store.get(),
    update: (change: Partial<AppState>) => store.update(change),
    /** From now on. */
    refuse(procedure: string, code: ErrorCode, data?: ErrorData) {
      refusals.set(procedure, { code, data });
    },
    allow(procedure: string) {
      refusals.delete(procedure);
    },
    /** Calls get no answer until the function that this returns is called. */
    hold(procedure: string): () => void {
      const { promise, resolve } = Promise.withResolvers<void>();
      holds.set(procedure, promise);
      return () => {
        holds.delete(procedure);
        resolve();
      };
    },
  };
}
export type FakeCore = ReturnType<typeof createFakeCore>;
export type FakeImplementer = ReturnType<typeof implementClient>;
