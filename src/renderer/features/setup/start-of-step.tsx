import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppState } from '../../lib/window-context.tsx';

/** Each step starts where the person goes on, and gives the window its title. Only a new step moves the focus: a new language does not. */
export function StartOfStep() {
  const { t } = useTranslation();
  const step = useAppState((state) => state.setup.step);
  useEffect(() => {
    document.title = t(`setup.title.${step}`);
  }, [step, t]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the step is what it waits for
  useEffect(start, [step]);
  return null;
}

/** For a form that takes the place of another one in the same step, whose button was pressed and has gone. */
export function useStartOfView(): void {
  useEffect(() => {
    if (document.activeElement === document.body) start();
  }, []);
}

/** The first field, or the heading where there is something to read first. */
function start(): void {
  const main = document.getElementById('content');
  const place =
    main?.querySelector<HTMLElement>('[data-autofocus]') ?? main?.querySelector<HTMLElement>('h1');
  place?.focus();
}
