import type { Settings } from '../../../contract/settings.ts';
import { useToast } from '../../components/toasts.tsx';
import { toTrouble } from '../../lib/problem.ts';
import { useClient } from '../../lib/window-context.tsx';

/** Changes a setting at once; the next snapshot shows it. A refusal is said, and the control keeps showing what holds. */
export function useUpdate(): (change: Partial<Settings>) => void {
  const client = useClient();
  const toast = useToast();
  return (change) => {
    client.settings.update(change).catch((error: unknown) => toast.trouble(toTrouble(error)));
  };
}
