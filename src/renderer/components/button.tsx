import type { ComponentPropsWithRef, ReactNode } from 'react';
import classes from './button.module.css';

interface Look {
  readonly variant?: 'default' | 'filled' | 'subtle';
  readonly size?: 'xs' | 'sm' | 'md';
  readonly color?: 'accent' | 'danger';
  readonly leftSection?: ReactNode;
  readonly rightSection?: ReactNode;
}

type ButtonProps = Look &
  Omit<ComponentPropsWithRef<'button'>, keyof Look> & { readonly busy?: boolean; readonly wraps?: boolean };

/**
 * `wraps` is for words of any length. `busy` shows that its work is under way. The button is never disabled for that, because a disabled button loses the focus and with it
 * the place of whoever works by keyboard; presses are ignored, and a form's handler must ignore them too.
 */
export function Button({
  variant = 'default',
  size = 'sm',
  color = 'accent',
  leftSection,
  rightSection,
  busy = false,
  wraps = false,
  type = 'button',
  className,
  onClick,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      {...rest}
      className={className ? `${classes.button} ${className}` : classes.button}
      data-variant={variant}
      data-size={size}
      data-color={color}
      type={type}
      data-busy={busy || undefined}
      data-wraps={wraps || undefined}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (!busy) onClick?.(event);
        else if (type === 'submit') event.preventDefault();
      }}
    >
      {leftSection}
      {children}
      {rightSection}
    </button>
  );
}
