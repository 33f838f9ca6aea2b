import { useSyncExternalStore } from 'react';
import { type Page, pages } from './pages.ts';

/** The page that the address names, `#/people`; null for anything else. */
export function pageOf(hash: string): Page | null {
  return pages.find((page) => hash === `#/${page}`) ?? null;
}

export function usePage(): Page | null {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return pageOf(hash);
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}
