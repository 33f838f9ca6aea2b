import { useAppState } from './window-context.tsx';

/** A letter with the system's command key, as its keyboards say it: «Ctrl Z», «⌘Z». */
export function useShortcut(letter: string): string {
  const macos = useAppState((state) => state.client.platform === 'macos');
  return macos ? `⌘${letter}` : `Ctrl ${letter}`;
}
