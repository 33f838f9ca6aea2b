import { CloseButton } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react';
import { useTranslation } from 'react-i18next';
import { keepFocus } from '../lib/keep-focus.ts';
import type { Trouble } from '../lib/problem.ts';
import { useShortcut } from '../lib/use-shortcut.ts';
import { Button } from './button.tsx';
import classes from './toasts.module.css';
import { TroubleDetails } from './trouble-details.tsx';
import { useTroubleText } from './trouble-view.tsx';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly trouble?: Trouble;
  readonly undo?: () => void;
  readonly next?: NextStep;
}

/** What remains to be done, behind a button with this label. */
export interface NextStep {
  readonly label: string;
  readonly run: () => void;
}

interface Toasts {
  /** Says that something is done; `undo` takes it back, `next` goes on from there. */
  show(toast: { text: string; undo?: () => void; next?: NextStep }): void;
  /** Says why something that has no place of its own on the page was refused. */
  trouble(trouble: Trouble): void;
}

const ToastContext = createContext<Toasts>({ show: () => {}, trouble: () => {} });

/** Results stay this long, ms; with a way back or on longer, and for as long as the pointer or the focus is on them. */
const stays = { plain: 5_000, button: 12_000, trouble: 15_000 };

/** Where the key takes back what was typed. */
const writing = 'input:not([type=checkbox], [type=radio]), textarea, select';

/** One result at a time, at the foot of the window. Ctrl+Z takes back what it offers to take back. */
export function ToastProvider({ children }: { children: ReactNode }) {
  const [toast, setToast] = useState<Toast | null>(null);
  const count = useRef(0);
  const add = useCallback((next: Omit<Toast, 'id'>) => {
    count.current += 1;
    setToast({ ...next, id: count.current });
  }, []);
  const toasts = useMemo<Toasts>(
    () => ({ show: add, trouble: (trouble) => add({ text: '', trouble }) }),
    [add],
  );
  const close = useCallback(() => setToast(null), []);
  return (
    <ToastContext value={toasts}>
      {children}
      <div className={classes.place} role="status" aria-live="polite">
        {toast !== null && <ToastView key={toast.id} toast={toast} onClose={close} />}
      </div>
    </ToastContext>
  );
}

export function useToast(): Toasts {
  return useContext(ToastContext);
}

function ToastView({ toast, onClose }: { toast: Toast; onClose: () => void }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState(false);
  const shortcut = useShortcut('Z');
  const { undo, next } = toast;
  const button = undo !== undefined || next !== undefined;
  const delay = toast.trouble !== undefined ? stays.trouble : button ? stays.button : stays.plain;

  useEffect(() => {
    if (held) return;
    const timer = setTimeout(onClose, delay);
    return () => clearTimeout(timer);
  }, [held, delay, onClose]);

  const takeBack = useCallback(() => {
    undo?.();
    onClose();
  }, [undo, onClose]);

  useEffect(() => {
    if (undo === undefined) return;
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      if (
        target.matches(writing) ||
        event.key.toLowerCase() !== 'z' ||
        !(event.ctrlKey || event.metaKey) ||
        event.shiftKey
      )
        return;
      event.preventDefault();
      // Its own button goes with it.
      if (target.closest(`.${classes.toast}`) !== null) keepFocus(target);
      takeBack();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [undo, takeBack]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing at it only keeps it from going
    <div
      className={classes.toast}
      data-trouble={toast.trouble !== undefined || undefined}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {toast.trouble === undefined ? (
        <>
          <IconCircleCheck className={classes.icon} size={20} stroke={1.75} aria-hidden />
          <p className={classes.text}>{toast.text}</p>
        </>
      ) : (
        <>
          <IconAlertTriangle className={classes.icon} size={20} stroke={1.75} aria-hidden />
          <TroubleText trouble={toast.trouble} />
        </>
      )}
      {undo !== undefined && (
        <Button
          size="xs"
          onClick={({ currentTarget }) => {
            keepFocus(currentTarget);
            takeBack();
          }}
        >
          {t('toast.undo')}
          <kbd className={classes.key}>{shortcut}</kbd>
        </Button>
      )}
      {next !== undefined && (
        <Button
          size="xs"
          onClick={({ currentTarget }) => {
            keepFocus(currentTarget);
            onClose();
            next.run();
          }}
        >
          {next.label}
        </Button>
      )}
      <CloseButton
        size="sm"
        aria-label={t('common.close')}
        onClick={({ currentTarget }) => {
          keepFocus(currentTarget);
          onClose();
        }}
      />
    </div>
  );
}

function TroubleText({ trouble }: { trouble: Trouble }) {
  const { title, means, next } = useTroubleText(trouble.code);
  return (
    <div className={classes.text}>
      <p className={classes.title}>{title}</p>
      <p>
        {means} {next}
      </p>
      <TroubleDetails trouble={trouble} />
    </div>
  );
}
