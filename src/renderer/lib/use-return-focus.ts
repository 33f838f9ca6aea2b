import { type RefObject, useEffect, useState } from 'react';
import { keepFocus } from './keep-focus.ts';

/**
 * When a dialog goes, the focus returns to what had it when the dialog came, or to `fallback` when that is gone (an item of a menu that
 * closed), or to the page's content.
 */
export function useReturnFocus(fallback?: RefObject<HTMLElement | null>): void {
  const [origin] = useState(() => document.activeElement);
  useEffect(
    () => () => {
      // In the next task: by then the dialog is out of the page, and its focus trap with it.
      setTimeout(() => {
        const active = document.activeElement;
        if (active !== null && active !== document.body && active.isConnected) return;
        const back = [origin, fallback?.current].find(
          (element) => element instanceof HTMLElement && element !== document.body && element.isConnected,
        );
        if (!(back instanceof HTMLElement)) return document.getElementById('content')?.focus();
        back.focus();
        keepFocus(back);
      }, 0);
    },
    [origin, fallback],
  );
}
