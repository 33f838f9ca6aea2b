import { createContext, type ReactNode, useCallback, useContext, useState } from 'react';

type Announce = (text: string) => void;
const AnnounceContext = createContext<Announce>(() => {});

/**
 * One polite live region for the whole window: results that show elsewhere, or not at all, are also said. It stands in the page from
 * the first paint, because a region that appears together with its text is not read by every screen reader.
 */
export function Announcer({ children }: { children: ReactNode }) {
  const [said, setSaid] = useState({ text: '', turn: 0 });
  const announce = useCallback((text: string) => setSaid(({ turn }) => ({ text, turn: turn + 1 })), []);
  return (
    <AnnounceContext value={announce}>
      {children}
      <div className="visually-hidden" role="status" aria-live="polite">
        {/* The key makes the same sentence said twice a change. */}
        <span key={said.turn}>{said.text}</span>
      </div>
    </AnnounceContext>
  );
}

export function useAnnounce(): Announce {
  return useContext(AnnounceContext);
}
