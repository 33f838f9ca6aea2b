import type { ReactNode } from 'react';
import classes from './empty-state.module.css';

/** Nothing to show: why, and what would fill it. */
export function EmptyState({
  icon,
  title,
  text,
  children,
}: {
  icon: ReactNode;
  title: string;
  text: string;
  /** Actions. */
  children?: ReactNode;
}) {
  return (
    <div className={classes.empty}>
      {icon}
      <p className={classes.title}>{title}</p>
      <p className={classes.text}>{text}</p>
      {children !== undefined && children !== false && <div className={classes.actions}>{children}</div>}
    </div>
  );
}
