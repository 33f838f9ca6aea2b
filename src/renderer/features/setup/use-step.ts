import { useState } from 'react';
import type { SetupStep } from '../../../contract/client/state.ts';
import { type Trouble, toTrouble } from '../../lib/problem.ts';
import { useAction } from '../../lib/use-action.ts';
import { useAppState } from '../../lib/window-context.tsx';

export interface StepForm<F extends string> {
  readonly busy: boolean;
  /** The refusal to show, unless it belongs to a field. */
  readonly trouble: Trouble | null;
  readonly errors: Readonly<Partial<Record<F, string>>>;
  /** The person goes on writing: what was said about the last attempt is gone. */
  edited(): void;
  /** Sends when `errors` is empty; otherwise shows them and moves to the first field that has one (`invalid`). */
  send(
    errors: Partial<Record<F, string>>,
    call: () => Promise<unknown>,
  ): Promise<'busy' | 'invalid' | 'refused' | 'done'>;
}

/**
 * A step's form: its own refusal, or the one that the snapshot brings when it came from elsewhere. The snapshot also tells of attempts made
 * here, before the answer comes or after it: shown from there as well, what the person has typed away would come back.
 */
export function useStep<F extends string>(setup: SetupStep): StepForm<F> {
  const action = useAction();
  const [errors, setErrors] = useState<Partial<Record<F, string>>>({});
  const [seen, setSeen] = useState<string | null>(null);
  const [refused, setRefused] = useState<string | null>(null);
  const hasPlace = useAppState((state) => state.keychain.state === 'ok');
  const { problem } = setup;
  const isFromElsewhere = problem !== null && !action.busy && problem.at !== seen && problem.code !== refused;
  const trouble = action.trouble ?? (isFromElsewhere ? problem : null);

  return {
    busy: action.busy || setup.busy,
    // A place for the key of this device was found since.
    trouble: hasPlace && trouble?.code === 'keychain-unavailable' ? null : trouble,
    errors,
    edited() {
      action.clear();
      setErrors({});
      setSeen(problem?.at ?? null);
    },
    async send(found, call) {
      if (action.busy || setup.busy) return 'busy';
      setErrors(found);
      const [first] = Object.keys(found);
      if (first !== undefined) {
        document.getElementsByName(first)[0]?.focus();
        return 'invalid';
      }
      setSeen(problem?.at ?? null);
      setRefused(null);
      const done = await action.run(() =>
        call().catch((error: unknown) => {
          setRefused(toTrouble(error).code);
          throw error;
        }),
      );
      return done === null ? 'refused' : 'done';
    },
  };
}
