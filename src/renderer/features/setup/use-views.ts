import { useState } from 'react';
import type { SetupStep } from '../../../contract/client/state.ts';

export interface Views<V, S extends SetupStep> {
  readonly view: V;
  /** The step as this view sees it. */
  readonly setup: S;
  turnTo(view: V): void;
}

/** Views of one step. The snapshot keeps a refusal until the next attempt; it stands on the view that it answered, not on those turned to later. */
export function useViews<V extends string, S extends SetupStep>(step: S, first: V): Views<V, S> {
  const [{ view, left }, setShown] = useState<{ view: V; left: string | null }>({ view: first, left: null });
  const { problem } = step;
  return {
    view,
    setup: problem !== null && problem.at === left ? { ...step, problem: null } : step,
    turnTo: (next) => setShown({ view: next, left: problem?.at ?? null }),
  };
}
