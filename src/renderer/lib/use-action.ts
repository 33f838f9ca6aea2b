import { useCallback, useEffect, useRef, useState } from 'react';
import { type Trouble, toTrouble } from './problem.ts';

export interface Action {
  /** True while the call runs. */
  readonly busy: boolean;
  readonly trouble: Trouble | null;
  /** Runs it unless it is running. Resolves to what it answered, or to null when it was refused. Never rejects. */
  run<T>(call: () => Promise<T>): Promise<{ value: T } | null>;
  clear(): void;
}

/** One call at a time with its progress and its refusal, for a form or a button. */
export function useAction(): Action {
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const running = useRef(false);
  const mounted = useRef(true);
  useEffect(() => {
    mounted.current = true;
    return () => {
      mounted.current = false;
    };
  }, []);

  const run = useCallback(async <T>(call: () => Promise<T>) => {
    if (running.current) return null;
    running.current = true;
    setBusy(true);
    setTrouble(null);
    try {
      return { value: await call() };
    } catch (error) {
      if (mounted.current) setTrouble(toTrouble(error));
      return null;
    } finally {
      running.current = false;
      if (mounted.current) setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setTrouble(null), []);
  return { busy, trouble, run, clear };
}
