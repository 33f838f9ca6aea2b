import { Button, type ButtonProps } from '@mantine/core';
import type { ComponentPropsWithRef } from 'react';
import classes from './busy-button.module.css';

/**
 * A button that shows that its work is under way. It is never disabled for that, because a disabled button loses the focus and with it
 * the place of whoever works by keyboard; presses are ignored, and a form's handler must ignore them too.
 */
export function BusyButton({
  busy,
  className,
  onClick,
  ...rest
}: ButtonProps & Omit<ComponentPropsWithRef<'button'>, keyof ButtonProps> & { busy: boolean }) {
  return (
    <Button
      {...rest}
      className={`${classes.button} ${className ?? ''}`}
      data-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={(event) => {
        if (!busy) onClick?.(event);
        else if (rest.type === 'submit') event.preventDefault();
      }}
    />
  );
}
