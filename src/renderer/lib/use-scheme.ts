import { useSyncExternalStore } from 'react';
import { useOptionalState } from './window-context.tsx';

const dark = matchMedia('(prefers-color-scheme: dark)');

function subscribe(changed: () => void): () => void {
  dark.addEventListener('change', changed);
  return () => dark.removeEventListener('change', changed);
}

/** The person's theme, or the system's while nothing else is chosen. */
export function useScheme(): 'light' | 'dark' {
  const systemDark = useSyncExternalStore(subscribe, () => dark.matches);
  const chosen = useOptionalState()?.settings.theme ?? 'system';
  if (chosen !== 'system') return chosen;
  return systemDark ? 'dark' : 'light';
}
