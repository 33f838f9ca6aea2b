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
  variant,
  size,
  color,
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
      {...lookOf({ variant, size, color }, className)}
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

/** A link that goes somewhere in the window and looks like the button that it stands among. */
export function LinkButton({
  variant,
  size,
  color,
  leftSection,
  rightSection,
  className,
  children,
  ...rest
}: Look & Omit<ComponentPropsWithRef<'a'>, keyof Look>) {
  return (
    <a {...rest} {...lookOf({ variant, size, color }, className)}>
      {leftSection}
      {children}
      {rightSection}
    </a>
  );
}

type Shape = { readonly [K in 'variant' | 'size' | 'color']: Look[K] | undefined };

function lookOf(
  { variant = 'default', size = 'sm', color = 'accent' }: Shape,
  className: string | undefined,
) {
  return {
    className: className ? `${classes.button} ${className}` : classes.button,
    'data-variant': variant,
    'data-size': size,
    'data-color': color,
  };
}
