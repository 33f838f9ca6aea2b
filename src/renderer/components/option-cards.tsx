import type { ReactNode } from 'react';
import classes from './option-cards.module.css';

export interface Option<V extends string> {
  readonly value: V;
  readonly title: string;
  readonly text?: ReactNode;
  readonly badge?: string | undefined;
  readonly icon?: ReactNode;
}

/**
 * A choice among a few things that need a sentence each. Native radio buttons: arrows move, Tab enters and leaves, forms submit on Enter.
 */
export function OptionCards<V extends string>({
  name,
  legend,
  legendHidden = false,
  options,
  value,
  onChange,
  autoFocus = false,
  dense = false,
  error,
}: {
  name: string;
  legend: string;
  legendHidden?: boolean;
  options: readonly Option<V>[];
  value: V | null;
  onChange: (value: V) => void;
  autoFocus?: boolean;
  dense?: boolean;
  error?: string | undefined;
}) {
  const errorId = `${name}-error`;
  return (
    <fieldset
      className={classes.group}
      data-dense={dense || undefined}
      aria-describedby={error === undefined ? undefined : errorId}
    >
      <legend className={legendHidden ? 'visually-hidden' : classes.legend}>{legend}</legend>
      {options.map((option) => {
        const textId = `${name}-${option.value}-text`;
        return (
          <label key={option.value} className={classes.card}>
            <input
              type="radio"
              className={classes.radio}
              name={name}
              value={option.value}
              checked={option.value === value}
              aria-describedby={option.text === undefined ? undefined : textId}
              aria-invalid={error === undefined ? undefined : true}
              data-autofocus={(autoFocus && (value ?? options[0]?.value) === option.value) || undefined}
              onChange={() => onChange(option.value)}
            />
            {option.icon !== undefined && <span className={classes.icon}>{option.icon}</span>}
            <span className={classes.words}>
              <span className={classes.title}>
                {option.title}
                {option.badge !== undefined && <span className={classes.badge}>{option.badge}</span>}
              </span>
              {option.text !== undefined && (
                <span className={classes.text} id={textId}>
                  {option.text}
                </span>
              )}
            </span>
          </label>
        );
      })}
      {error !== undefined && (
        <p className={classes.error} id={errorId}>
          {error}
        </p>
      )}
    </fieldset>
  );
}
