import { useEffect, useEffectEvent } from 'react';
import { useAppState } from './window-context.tsx';

/**
 * While `held`, the way back leads nowhere and `onLeave` is called in its place, and a browser asks by itself before it reloads or closes the
 * page. Electron has no such question: there, the window would only refuse to close.
 */
export function useHoldPage(held: boolean, onLeave: () => void): void {
  const asks = useAppState((state) => state.client.shell === 'browser');
  const leave = useEffectEvent(onLeave);
  useEffect(() => {
    if (!held) return;
    const { href } = location;
    const stay = () => {
      history.pushState(null, '', href);
      leave();
    };
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('popstate', stay);
    if (asks) addEventListener('beforeunload', ask);
    return () => {
      removeEventListener('popstate', stay);
      removeEventListener('beforeunload', ask);
    };
  }, [held, asks]);
}
