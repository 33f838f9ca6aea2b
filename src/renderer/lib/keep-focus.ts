/**
 * What was asked may take `element` out of the page a moment later, and the focus with it; until the focus moves on, it then goes to what
 * is looked at: the dialog on top, or the page's content.
 */
export function keepFocus(element: HTMLElement): void {
  const observer = new MutationObserver(() => {
    if (element.isConnected) return;
    stop();
    if (document.activeElement === document.body) focusContent();
  });
  const stop = () => {
    observer.disconnect();
    document.removeEventListener('focusin', stop);
  };
  document.addEventListener('focusin', stop);
  observer.observe(document.body, { childList: true, subtree: true });
}

export function focusContent(): void {
  const dialog = [...document.querySelectorAll<HTMLElement>('[role="dialog"]')].at(-1);
  (dialog ?? document.getElementById('content'))?.focus();
}
