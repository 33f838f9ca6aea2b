import { useEffect } from 'react';

/** When a dialog goes and what opened it is gone too, the focus would fall to nowhere: it goes to the page's content. */
export function useFocusHome(): void {
  useEffect(
    () => () => {
      // After the dialog has tried to give it back.
      setTimeout(() => {
        if (document.activeElement === document.body) document.getElementById('content')?.focus();
      }, 50);
    },
    [],
  );
}
