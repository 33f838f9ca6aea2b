import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Download } from '../../../contract/client/state.ts';
import { useAnnounce } from '../../lib/announcer.tsx';
import { type Trouble, toTrouble } from '../../lib/problem.ts';
import { useClient } from '../../lib/window-context.tsx';

export interface DownloadControl {
  start(): void;
  pause(): void;
  resume(): void;
  /** Stops and takes the part away; a finished file stays where it is. */
  cancel(): void;
  open(): void;
  showInFolder(): void;
  /** Why the last of these was refused, where the snapshot does not tell. */
  readonly trouble: Trouble | null;
  /** The element that holds the buttons. */
  readonly place: React.RefObject<HTMLDivElement | null>;
}

/** What can be done with one release's download. The button that was pressed gives way to others: the focus stays in its place. */
export function useDownload(
  releaseId: string,
  state: Download['state'] | undefined,
  name: string,
): DownloadControl {
  const client = useClient();
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const place = useRef<HTMLDivElement>(null);
  const pressed = useRef(false);
  useOutcome(state, name);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the state is what it waits for
  useLayoutEffect(() => {
    if (!pressed.current || place.current === null) return;
    if (document.activeElement !== null && document.activeElement !== document.body) return;
    (place.current.querySelector<HTMLElement>('button:not(:disabled)') ?? place.current).focus();
  }, [state]);
  useEffect(() => {
    const left = (event: FocusEvent) => {
      if (event.target instanceof Node && !place.current?.contains(event.target)) pressed.current = false;
    };
    document.addEventListener('focusin', left);
    return () => document.removeEventListener('focusin', left);
  }, []);

  const run = (call: (ask: { releaseId: string }) => Promise<unknown>) => () => {
    pressed.current = true;
    setTrouble(null);
    void call({ releaseId }).catch((error: unknown) => setTrouble(toTrouble(error)));
  };
  return {
    start: run((ask) => client.programs.download(ask)),
    pause: run((ask) => client.programs.pause(ask)),
    resume: run((ask) => client.programs.resume(ask)),
    cancel: run((ask) => client.programs.cancel(ask)),
    open: run((ask) => client.programs.open(ask)),
    showInFolder: run((ask) => client.programs.showInFolder(ask)),
    trouble,
    place,
  };
}

/** A download ends while the person does something else: say how. */
function useOutcome(state: Download['state'] | undefined, name: string): void {
  const { t } = useTranslation();
  const announce = useAnnounce();
  const before = useRef(state);
  useEffect(() => {
    if (before.current === state) return;
    before.current = state;
    if (state === 'ready') announce(t('programs.readyOf', { name }));
    if (state === 'failed') announce(t('programs.failedOf', { name }));
  }, [state, name, announce, t]);
}
