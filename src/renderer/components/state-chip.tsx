import type { ReactNode } from 'react';
import classes from './state-chip.module.css';

/** A state in one or two words. The word says it; shape and color only help. */
export function StateChip({
  tone,
  children,
}: {
  tone: 'ok' | 'busy' | 'warn' | 'stop' | 'idle';
  children: ReactNode;
}) {
  return (
    <span className={classes.chip} data-tone={tone}>
      <span className={classes.dot} aria-hidden />
      {children}
    </span>
  );
}
