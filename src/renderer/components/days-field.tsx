import { TextInput } from '@mantine/core';
import { type ReactNode, type RefObject, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { wholeDays } from '../lib/whole-days.ts';
import classes from './days-field.module.css';

interface DaysInput {
  readonly typed: string;
  readonly error: string | undefined;
  readonly element: RefObject<HTMLInputElement | null>;
  change(typed: string): void;
}

/** A number of days that is being typed, within limits that may change meanwhile. */
export function useDays(
  first: number,
  least: number,
  most: number,
): { readonly days: number | null; readonly input: DaysInput; refuse(): void } {
  const { t } = useTranslation();
  const [typed, setTyped] = useState(String(first));
  const [told, setTold] = useState(false);
  const element = useRef<HTMLInputElement>(null);
  const days = wholeDays(typed, least, most);
  return {
    days,
    input: {
      typed,
      error: told && days === null ? t('days.wrong', { least, most }) : undefined,
      element,
      change: setTyped,
    },
    /** Says what is wrong, from now on. */
    refuse() {
      setTold(true);
      element.current?.focus();
    },
  };
}

/** The field of a dialog that asks for days; it has the focus first. What they come to stands beside it. */
export function DaysField({
  input,
  label,
  range,
  least,
  most,
  children,
}: {
  input: DaysInput;
  label: string;
  range: string;
  least: number;
  most: number;
  children?: ReactNode;
}) {
  return (
    <TextInput
      ref={input.element}
      className={classes.days ?? ''}
      data-autofocus
      type="number"
      name="days"
      inputMode="numeric"
      min={least}
      max={most}
      autoComplete="off"
      label={label}
      description={input.error === undefined ? range : undefined}
      error={input.error}
      value={input.typed}
      inputWrapperOrder={['label', 'input', 'error', 'description']}
      inputContainer={(field) => (
        <div className={classes.line}>
          <div className={classes.field}>{field}</div>
          <output className={classes.outcome}>{children}</output>
        </div>
      )}
      onFocus={({ currentTarget }) => currentTarget.select()}
      onChange={({ currentTarget }) => input.change(currentTarget.value)}
    />
  );
}
