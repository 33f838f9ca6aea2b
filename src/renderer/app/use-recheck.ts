import { useEffect } from 'react';
import { useAppState, useClient, useLink } from '../lib/window-context.tsx';

/** ms between two looks at a portal that is out of reach. */
const period = 10_000;

/**
 * While this window is looked at and waits for the portal, the core asks it again: every 10 s without a connection, and at once when the
 * window comes to the front or the computer's network comes back. A window that nobody sees asks nothing.
 */
export function useRecheck(): void {
  const client = useClient();
  const isLinked = useLink() === 'connected';
  const isOffline = useAppState(({ connection }) => connection.state === 'offline');
  const waits = useAppState(({ returned }) => returned.length > 0) || isOffline;

  useEffect(() => {
    if (!waits || !isLinked) return;
    const look = () => {
      // A core that goes away meanwhile is told of by the window's link.
      if (document.visibilityState === 'visible') void client.connection.check().catch(() => undefined);
    };
    const timer = isOffline ? setInterval(look, period) : undefined;
    window.addEventListener('online', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [client, isLinked, isOffline, waits]);
}
