import type { SetupStep } from '../../contract/client/state.ts';
import { AldabaError } from '../../contract/errors.ts';
import type { StateStore } from '../parts.ts';
import type { Clock } from '../ports/clock.ts';
import { asAldabaError, toProblem } from '../problem.ts';

export type StepOf<K extends SetupStep['step']> = Extract<SetupStep, { step: K }>;

/** The step of setup that the window shows, and what the person does in it. */
export interface ShownStep {
  show(step: SetupStep): void;
  /** The step that must be showing for what was asked. @throws AldabaError `invalid-input` with the field `step` where another one is */
  expect<K extends SetupStep['step']>(...kinds: K[]): StepOf<K>;
  /** One action after the other; the step shows that it is busy and, if refused, why. @throws AldabaError what `work` threw */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export function createShownStep(state: StateStore, clock: Clock): ShownStep {
  let turn: Promise<unknown> = Promise.resolve();

  const show = (setup: SetupStep): void => state.update({ setup });

  return {
    show,

    expect<K extends SetupStep['step']>(...kinds: K[]) {
      const { setup } = state.get();
      if ((kinds as string[]).includes(setup.step)) return setup as StepOf<K>;
      throw new AldabaError('invalid-input', `setup is at ${setup.step}, not at ${kinds.join(' or ')}`, {
        field: 'step',
      });
    },

    run(work) {
      const next = turn.then(async () => {
        show({ ...state.get().setup, busy: true, problem: null });
        try {
          return await work();
        } catch (error) {
          const { setup } = state.get();
          show({ ...setup, busy: false, problem: toProblem(error, clock) });
          throw asAldabaError(error);
        } finally {
          const { setup } = state.get();
          if (setup.busy) show({ ...setup, busy: false });
        }
      });
      turn = next.catch(() => undefined);
      return next;
    },
  };
}
