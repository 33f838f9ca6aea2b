import { useState } from 'react';
import type { SetupStep } from '../../../contract/client/state.ts';

export interface Views<V, S extends SetupStep> {
  readonly view: V;
  /** The step as this view sees it. */
  readonly setup: S;
  turnTo(view: V): void;
}

interface Shown<V> {
  readonly view: V;
  /** When what the view before was refused was answered. */
  readonly left: string | null;
  /** What the view before asked for has no answer yet. */
  readonly pending: boolean;
}

/** Views of one step. The snapshot keeps a refusal until the next attempt; it stands on the view that it answered, not on those turned to later. */
export function useViews<V extends string, S extends SetupStep>(step: S, first: V): Views<V, S> {
  const [shown, setShown] = useState<Shown<V>>({ view: first, left: null, pending: false });
  const { view, left, pending } = shown;
  const { problem, busy } = step;
  const at = problem?.at ?? null;
  if (pending && !busy) setShown({ view, left: at, pending: false });
  return {
    view,
    setup: problem !== null && problem.at === left ? { ...step, problem: null } : step,
    turnTo: (next) => setShown({ view: next, left: at, pending: busy }),
  };
}
